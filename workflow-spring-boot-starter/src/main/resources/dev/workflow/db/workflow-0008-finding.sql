--liquibase formatted sql

--changeset workflow:0008-counts
create index workflow_execution_closed on workflow_execution (status) where status <> 'RUNNING';

--changeset workflow:0008-states
create index workflow_activity_task_failed on workflow_activity_task (run_id) where last_failure is not null;
create index workflow_activity_task_paused on workflow_activity_task (run_id) where paused <> 0;
