package dev.workflow.store;

import java.util.List;
import java.util.Optional;

import org.springframework.data.repository.NoRepositoryBean;
import org.springframework.data.repository.Repository;

/** Reads the builds of task queues. */
@NoRepositoryBean
public interface WorkflowWorkerVersionRepository extends Repository<WorkflowWorkerVersionEntity, String> {

    Optional<WorkflowWorkerVersionEntity> findById(String taskQueue);

    /** All queues for which builds are set. */
    List<WorkflowWorkerVersionEntity> findAllByOrderByTaskQueue();

}
