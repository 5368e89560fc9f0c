package dev.workflow.store;

import java.util.List;
import java.util.Optional;

import org.springframework.data.domain.Limit;
import org.springframework.data.repository.NoRepositoryBean;
import org.springframework.data.repository.Repository;

/** Reads batches. */
@NoRepositoryBean
public interface WorkflowBatchRepository extends Repository<WorkflowBatchEntity, String> {

    Optional<WorkflowBatchEntity> findById(String id);

    /** The newest first. */
    List<WorkflowBatchEntity> findAllByOrderByStartedAtDescIdAsc(Limit limit);

}
