package dev.workflow.store;

import java.util.List;
import java.util.Optional;

import org.springframework.data.repository.NoRepositoryBean;
import org.springframework.data.repository.Repository;

/** Reads nodes. */
@NoRepositoryBean
public interface WorkflowNodeRepository extends Repository<WorkflowNodeEntity, Long> {

    Optional<WorkflowNodeEntity> findById(Long id);

    /** All nodes, oldest incarnation first. */
    List<WorkflowNodeEntity> findAllByOrderById();

}
