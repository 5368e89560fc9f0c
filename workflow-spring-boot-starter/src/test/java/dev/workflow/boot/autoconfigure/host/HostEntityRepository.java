package dev.workflow.boot.autoconfigure.host;

import java.util.List;

import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

/** A repository of an application, with a query in the dialect of its database. */
public interface HostEntityRepository extends JpaRepository<HostEntity, Long> {

    @Query(value = "select * from host_entity order by point(id, 0) <-> point '(0,0)'", nativeQuery = true)
    List<HostEntity> nearest();

}
