package dev.workflow.store;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.NoRepositoryBean;
import org.springframework.data.repository.Repository;

/** Reads runs. Lists by query are {@code WorkflowLists}. */
@NoRepositoryBean
public interface WorkflowExecutionRepository extends Repository<WorkflowExecutionEntity, UUID> {

    Optional<WorkflowExecutionEntity> findById(UUID runId);

    /**
     * The run of that workflow id that has not ended; there is at most one. The literal
     * fits the partial index.
     */
    @Query("select e from WorkflowExecutionEntity e where e.workflowId = :workflowId and e.status = RUNNING")
    Optional<WorkflowExecutionEntity> findOpen(String workflowId);

    /** The run of that workflow id that was started last, open or not. */
    Optional<WorkflowExecutionEntity> findFirstByWorkflowIdOrderByStartedAtDescRunIdDesc(String workflowId);

    /** The runs of that workflow id, newest first. */
    List<WorkflowExecutionEntity> findByWorkflowIdOrderByStartedAtDescRunIdDesc(String workflowId, Limit limit);

}
