--liquibase formatted sql

--changeset sample:0001-accounts
create table account (
    account text primary key,
    balance_cents bigint not null check (balance_cents >= 0)
);
create table ledger (
    transfer_id text not null,
    account text not null,
    amount_cents bigint not null,
    primary key (transfer_id, account)
);
insert into account (account, balance_cents)
select 'A' || lpad(n::text, 2, '0'), 10000000 from generate_series(1, 20) n;

--changeset sample:0001-orders
create table customer_order (
    order_id text primary key,
    customer text not null,
    amount_cents bigint not null,
    workflow_id text not null
);
create table reservation (
    order_id text not null,
    sku text not null,
    quantity int not null,
    primary key (order_id, sku)
);
create table charge (
    charge_id text primary key,
    order_id text not null,
    amount_cents bigint not null,
    refunded boolean not null default false
);
