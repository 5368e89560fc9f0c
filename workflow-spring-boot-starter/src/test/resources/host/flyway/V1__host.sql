create table host_entity (id bigint primary key);
