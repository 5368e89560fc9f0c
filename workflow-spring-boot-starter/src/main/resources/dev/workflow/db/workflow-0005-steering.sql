--liquibase formatted sql

--changeset workflow:0005-activity
alter table workflow_activity_task add column paused smallint not null default 0;
alter table workflow_activity_task add column attempts_before int not null default 0;
alter table workflow_activity_task add column options text;
comment on column workflow_activity_task.paused is 'Why it waits: 1, somebody paused it; 2, its run is paused; 3, both. due_at is then never.';
comment on column workflow_activity_task.attempts_before is 'How many attempts were forgiven: limits and pauses count from there.';
comment on column workflow_activity_task.options is 'JSON: time-outs and retry policy that take the place of the order''s.';

--changeset workflow:0005-pause
alter table workflow_task add column resume_at timestamptz;
comment on column workflow_task.resume_at is 'Of a paused run: when it is due once it is unpaused. Until then nobody owns it, due_at is never, and problem says who paused it.';
create table workflow_control (
    kind text not null,
    name text not null,
    paused_at timestamptz,
    paused_by text,
    reason text,
    primary key (kind, name)
);
comment on table workflow_control is 'What people decided about a task queue or workflow type, for all nodes. Without a row everything is as usual.';

--changeset workflow:0005-limits
alter table workflow_control add column rate_limit double precision;
alter table workflow_control add column tokens double precision;
alter table workflow_control add column refilled_at timestamptz;
alter table workflow_control add column activity_slots int;
alter table workflow_control add column workflow_slots int;
comment on column workflow_control.rate_limit is 'How many activities of the queue may begin in a second, on all nodes together. tokens are left of them, as of refilled_at.';
comment on column workflow_control.activity_slots is 'Slots of the queue on each node, in place of what is set there; so are workflow_slots.';

--changeset workflow:0005-problems
create index workflow_task_problem on workflow_task (run_id) where problem is not null;
comment on index workflow_task_problem is 'Finds the few that stand still. A step that has no problem before and after touches it not.';
