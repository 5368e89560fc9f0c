--liquibase formatted sql

--changeset workflow:0003-schedule
create table workflow_schedule (
    schedule_id text collate "C" primary key,
    workflow_type text not null,
    spec text not null,
    template text not null,
    format smallint not null,
    reuse_policy text not null,
    overlap text not null,
    catch_up_window bigint not null,
    pause_on_failure boolean not null,
    paused boolean not null,
    note text not null,
    remaining_actions bigint,
    nominal_at timestamptz,
    next_at timestamptz,
    watching boolean not null,
    open_runs text not null,
    progress text not null,
    action_count bigint not null,
    missed_count bigint not null,
    skipped_count bigint not null,
    problem text,
    created_at timestamptz not null
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index workflow_schedule_next on workflow_schedule (next_at) where next_at is not null;
create index workflow_schedule_watching on workflow_schedule (schedule_id) where watching;
comment on table workflow_schedule is 'A schedule. Whoever moves next_at on starts the run, in the same transaction.';
comment on column workflow_schedule.nominal_at is 'The next time by its specification; next_at is when to look at it.';
