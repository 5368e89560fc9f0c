--liquibase formatted sql

--changeset workflow:0014-heartbeats
alter table workflow_activity_task add column closes_at timestamptz;
comment on column workflow_activity_task.closes_at is 'Of an attempt that is completed from outside: when its time is over. due_at comes before, unless its heartbeats go on.';
