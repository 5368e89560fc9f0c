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
create table purchase (
    purchase_id text primary key,
    customer text not null
);
create table credit_request (
    request_id text primary key,
    customer text not null,
    task_token text not null
);
insert into account (account, balance_cents) values ('A', 10000), ('B', 10000);
