--liquibase formatted sql

--changeset sample:0002-subscriptions
create table invoice (
    subscription_id text not null,
    first_run_id text not null,
    period int not null,
    customer text not null,
    plan text not null,
    amount_cents bigint not null,
    primary key (subscription_id, first_run_id, period)
);

--changeset sample:0002-agents
create table note (
    name text primary key,
    text text not null
);
insert into note (name, text) values ('todo', 'water the plants');
