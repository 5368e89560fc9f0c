--liquibase formatted sql

--changeset workflow:0013-operator-action-subject
create index workflow_operator_action_subject on workflow_operator_action (subject, id);

--changeset workflow:0013-attributed-runs
create index workflow_execution_attributed on workflow_execution (started_at desc, run_id desc)
    where search_attributes is not null;
