package dev.workflow.boot.autoconfigure.host;

import org.springframework.data.jpa.repository.JpaRepository;

/** A repository of an application. */
public interface HostEntityRepository extends JpaRepository<HostEntity, Long> {

}
