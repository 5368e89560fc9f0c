--liquibase formatted sql

--changeset workflow:0009-keys
alter table workflow_task add column fairness_key text collate "C";
alter table workflow_activity_task add column fairness_key text collate "C";
create index workflow_task_fair on workflow_task (task_queue, route, workflow_type, priority, fairness_key, due_at)
    where owner is null and fairness_key is not null;
create index workflow_activity_task_fair on workflow_activity_task (task_queue, activity_type, priority, fairness_key, due_at)
    where owner is null and fairness_key is not null;
comment on column workflow_task.fairness_key is 'With whom the run shares slots. With a key the priority is 10 more, so that claims of what has none do not meet it.';
comment on column workflow_activity_task.fairness_key is 'That of its run, as there.';

--changeset workflow:0009-weights
create table workflow_fairness_key (
    fairness_key text collate "C" primary key,
    weight double precision,
    changed_at timestamptz not null,
    changed_by text
);
comment on table workflow_fairness_key is 'Weights that people gave to keys. The empty key is that of runs without one; it is here once a key was used, with or without a weight.';
