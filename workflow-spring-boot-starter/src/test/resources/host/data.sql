insert into host_entity (id) values (1);
