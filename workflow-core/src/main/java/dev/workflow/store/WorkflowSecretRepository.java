package dev.workflow.store;

import java.util.Optional;

import org.springframework.data.repository.NoRepositoryBean;
import org.springframework.data.repository.Repository;

/** Reads the keys that nodes share. */
@NoRepositoryBean
interface WorkflowSecretRepository extends Repository<WorkflowSecretEntity, String> {

    Optional<WorkflowSecretEntity> findById(String name);

}
