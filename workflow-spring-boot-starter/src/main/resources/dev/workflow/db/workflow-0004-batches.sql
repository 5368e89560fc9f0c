--liquibase formatted sql

--changeset workflow:0004-batch
create table workflow_batch (
    id text primary key,
    query text not null,
    operation text not null,
    signal_name text,
    input text not null,
    reason text,
    reset_event bigint,
    keep_signals boolean not null,
    id_suffix text,
    rate double precision not null,
    state text not null,
    total bigint not null,
    done bigint not null default 0,
    failed bigint not null default 0,
    failures text not null default '',
    position_started_at timestamptz not null,
    position_run_id uuid not null,
    step bigint not null default 0,
    next_at timestamptz not null default clock_timestamp(),
    started_at timestamptz not null,
    ended_at timestamptz,
    started_by text not null,
    by_principal boolean not null
);
create index workflow_batch_due on workflow_batch (next_at) where state = 'RUNNING';
create index workflow_batch_started on workflow_batch (started_at desc, id);
comment on table workflow_batch is 'An operation on all runs that a query finds: what it does, how far it is, when its next step is due.';
comment on column workflow_batch.position_run_id is 'With position_started_at: the run after which it goes on, newest first.';
