--liquibase formatted sql

--changeset workflow:0011-operator-action
create table workflow_operator_action (
    id bigint generated always as identity primary key,
    acted_at timestamptz not null,
    identity text not null,
    action text not null,
    subject text not null,
    name text not null,
    reason text,
    detail text
);
create index workflow_operator_action_name on workflow_operator_action (name, id);
create index workflow_operator_action_time on workflow_operator_action (acted_at);
comment on table workflow_operator_action is 'What people did that is in no history: to what is no run, or to one that was deleted. Rows are only added.';
