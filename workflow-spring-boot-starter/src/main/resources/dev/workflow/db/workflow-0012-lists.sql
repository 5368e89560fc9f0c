--liquibase formatted sql

--changeset workflow:0012-lists
create index workflow_execution_type on workflow_execution (workflow_type, started_at desc, run_id desc);
create index workflow_execution_running on workflow_execution (started_at desc, run_id desc) where status = 'RUNNING';
