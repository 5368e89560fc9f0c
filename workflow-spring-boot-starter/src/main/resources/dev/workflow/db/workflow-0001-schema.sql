--liquibase formatted sql

--changeset workflow:0001-execution
create table workflow_execution (
    run_id uuid primary key,
    workflow_id text collate "C" not null,
    workflow_type text not null,
    task_queue text not null,
    status text not null,
    started_at timestamptz not null,
    closed_at timestamptz,
    first_run_id uuid not null,
    continued_run_id uuid,
    request_id text,
    parent_workflow_id text,
    parent_run_id uuid,
    priority smallint not null default 3,
    history_length bigint not null default 0,
    result text,
    failure text,
    memo text,
    search_attributes jsonb
) with (fillfactor = 80);
create unique index workflow_execution_open on workflow_execution (workflow_id) where status = 'RUNNING';
create unique index workflow_execution_request on workflow_execution (request_id) where request_id is not null;
create index workflow_execution_id on workflow_execution (workflow_id, started_at desc);
create index workflow_execution_started on workflow_execution (started_at desc, run_id desc);
create index workflow_execution_unsuccessful on workflow_execution (status, started_at desc, run_id desc)
    where status in ('FAILED', 'TIMED_OUT', 'TERMINATED', 'CANCELED');
create index workflow_execution_attributes on workflow_execution using gin (search_attributes jsonb_path_ops)
    where search_attributes is not null;
comment on column workflow_execution.workflow_id is 'Collation C: its index answers STARTS_WITH in every locale.';
comment on table workflow_execution is 'A run, for people: written at its start, at its end and when its attributes change.';

--changeset workflow:0001-event
create table workflow_event (
    run_id uuid not null,
    event_id bigint not null,
    event_type text not null,
    event_time timestamptz not null,
    format smallint not null,
    attributes text not null,
    primary key (run_id, event_id)
);
comment on table workflow_event is 'The history, append only. Text, since jsonb refuses \u0000 and costs a parse.';

--changeset workflow:0001-task
create table workflow_task (
    run_id uuid primary key,
    workflow_type text not null,
    task_queue text not null,
    priority smallint not null default 3,
    format smallint not null default 1,
    due_at timestamptz not null,
    owner bigint,
    token int not null default 0,
    last_event bigint not null,
    crashes int not null default 0,
    problem text
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index workflow_task_due on workflow_task (task_queue, workflow_type, priority, due_at) where owner is null;
comment on table workflow_task is 'An open run, for machines. owner is set while it is resident in one node''s memory.';

--changeset workflow:0001-task-ending
alter table workflow_task add column ending_until timestamptz;
comment on column workflow_task.ending_until is 'Until then nobody sends to a run that could not end for all the messages.';

--changeset workflow:0001-activity-task
create table workflow_activity_task (
    run_id uuid not null,
    scheduled_event_id bigint not null,
    activity_type text not null,
    task_queue text not null,
    priority smallint not null default 3,
    attempt int not null,
    owner bigint,
    due_at timestamptz not null,
    scheduled_at timestamptz not null,
    cancel_requested boolean not null default false,
    completes_later boolean not null default false,
    last_failure text,
    heartbeat_details text,
    primary key (run_id, scheduled_event_id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index workflow_activity_task_due on workflow_activity_task (task_queue, activity_type, priority, due_at) where owner is null;
comment on table workflow_activity_task is 'An activity that was ordered and has no result yet. attempt counts the attempts that have begun.';

--changeset workflow:0001-message
create table workflow_message (
    id bigint generated always as identity primary key,
    run_id uuid not null,
    kind text not null,
    name text,
    dedup_key text,
    payload text not null,
    created_at timestamptz not null
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index workflow_message_run on workflow_message (run_id, id);
create unique index workflow_message_dedup on workflow_message (run_id, kind, dedup_key) where dedup_key is not null;
comment on table workflow_message is 'Something for a run from elsewhere: a signal, an update, a cancellation, the result of an activity.';

--changeset workflow:0001-node
create table workflow_node (
    id bigint generated always as identity primary key,
    name text not null,
    task_queues text not null,
    workflow_types text not null,
    activity_types text not null,
    state text not null,
    counter bigint not null default 0,
    activity_slots int not null default 0,
    activity_slots_used int not null default 0,
    cached_runs int not null default 0,
    version text,
    started_at timestamptz not null,
    heartbeat_at timestamptz not null
);
create index workflow_node_name on workflow_node (name);
comment on table workflow_node is 'A live instance. Alive is whoever moves its counter; the times are for people.';

--changeset workflow:0001-secret
create table workflow_secret (
    name text primary key,
    value bytea not null
);
comment on table workflow_secret is 'Keys that the nodes share: the one that signs task tokens.';

--changeset workflow:0002-children
alter table workflow_execution add column parent_close_policy text;
create index workflow_execution_open_children on workflow_execution (parent_run_id)
    where parent_run_id is not null and status = 'RUNNING';
comment on column workflow_execution.parent_close_policy is 'Of a child: TERMINATE, REQUEST_CANCEL or ABANDON.';
