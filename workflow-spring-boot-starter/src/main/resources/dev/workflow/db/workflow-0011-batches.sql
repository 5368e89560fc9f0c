--liquibase formatted sql

--changeset workflow:0011-batch
alter table workflow_batch add column settings text;
alter table workflow_batch add column under_way text not null default '{}';
alter table workflow_batch add column attempts int not null default 0;
alter table workflow_batch add column problem text;
create index workflow_batch_ended on workflow_batch (ended_at) where ended_at is not null;
comment on column workflow_batch.settings is 'JSON: what only some operations have.';
comment on column workflow_batch.under_way is 'An array of the runs that somebody began to deal with. Whoever takes the batch up begins with them.';
comment on column workflow_batch.attempts is 'How often in a row it was taken up and nothing came of it.';

--changeset workflow:0011-activity-request
alter table workflow_activity_task add column last_request_id text;
comment on column workflow_activity_task.last_request_id is 'What somebody did to it lastly, so that it is not done again. Mostly null.';
