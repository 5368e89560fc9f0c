--liquibase formatted sql

--changeset workflow:0003-worker-version
create table workflow_worker_version (
    task_queue text primary key,
    current_build text not null,
    ramping_build text,
    ramp_percentage int not null default 0,
    updated_at timestamptz not null
);
comment on table workflow_worker_version is 'The builds that run what waits in a task queue. No row: any build does.';

--changeset workflow:0003-task-route
alter table workflow_task add column route text not null default '';
alter table workflow_task add column pinned boolean not null default false;
alter table workflow_task add column build_id text;
comment on column workflow_task.route is 'The build that alone may claim it; empty: whichever serves the queue.';
comment on column workflow_task.pinned is 'Whether it stays with that build. Else it is only on its way there.';
comment on column workflow_task.build_id is 'The build that had it last.';

--changeset workflow:0003-task-due
create index workflow_task_route_due on workflow_task (task_queue, route, workflow_type, priority, due_at)
    where owner is null;
drop index workflow_task_due;

--changeset workflow:0003-task-builds
create index workflow_task_pinned on workflow_task (task_queue, route) where pinned;
create index workflow_task_routed on workflow_task (run_id) where owner is null and route <> '' and not pinned;

--changeset workflow:0003-node-build
alter table workflow_node add column build_id text;
