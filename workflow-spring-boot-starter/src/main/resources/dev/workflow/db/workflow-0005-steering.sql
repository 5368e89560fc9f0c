--liquibase formatted sql

--changeset workflow:0005-activity
alter table workflow_activity_task add column paused smallint not null default 0;
alter table workflow_activity_task add column attempts_before int not null default 0;
alter table workflow_activity_task add column options text;
comment on column workflow_activity_task.paused is 'Why it waits: 1, somebody paused it; 2, its run is paused; 3, both. due_at is then never.';
comment on column workflow_activity_task.attempts_before is 'How many attempts were forgiven: limits and pauses count from there.';
comment on column workflow_activity_task.options is 'JSON: time-outs and retry policy that take the place of the order''s.';
