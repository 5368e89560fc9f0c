--liquibase formatted sql

--changeset workflow:0012-last-results
alter table workflow_schedule add column last_result text;
alter table workflow_schedule add column last_failure text;
comment on column workflow_schedule.last_result is 'Of the last run that completed; the next run is told.';
comment on column workflow_schedule.last_failure is 'Of the last run, if it failed or timed out; the next run is told.';
