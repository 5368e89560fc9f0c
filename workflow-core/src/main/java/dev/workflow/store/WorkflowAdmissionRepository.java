package dev.workflow.store;

import java.util.List;
import java.util.UUID;

import org.springframework.data.domain.Limit;
import org.springframework.data.repository.NoRepositoryBean;
import org.springframework.data.repository.Repository;

/** Reads who has a place in a concurrency limit, and who waits for one. */
@NoRepositoryBean
public interface WorkflowAdmissionRepository extends Repository<WorkflowAdmissionEntity, UUID> {

    /** In the order of their numbers. */
    List<WorkflowAdmissionEntity> findByWorkflowTypeOrderByPositionAsc(String workflowType, Limit limit);

}
