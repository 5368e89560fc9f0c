package dev.workflow.store;

import java.util.List;
import java.util.UUID;

import org.springframework.data.domain.Limit;
import org.springframework.data.repository.NoRepositoryBean;
import org.springframework.data.repository.Repository;

/** Reads what waits for runs. */
@NoRepositoryBean
public interface WorkflowMessageRepository extends Repository<WorkflowMessageEntity, Long> {

    long countByRunId(UUID runId);

    /** What waits for a run, oldest first. */
    List<WorkflowMessageEntity> findByRunIdOrderById(UUID runId, Limit limit);

}
