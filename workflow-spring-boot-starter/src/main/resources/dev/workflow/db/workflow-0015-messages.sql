--liquibase formatted sql

--changeset workflow:0015-messages
alter table workflow_message drop constraint workflow_message_pkey;
alter table workflow_message add primary key (run_id, id);
drop index workflow_message_run;
