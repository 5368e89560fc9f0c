package dev.workflow.store;

import java.util.List;

import org.springframework.data.repository.NoRepositoryBean;
import org.springframework.data.repository.Repository;

/** Reads what people decided about task queues and workflow types. */
@NoRepositoryBean
public interface WorkflowControlRepository extends Repository<WorkflowControlEntity, WorkflowControlEntity.Key> {

    List<WorkflowControlEntity> findAllByOrderByKindAscNameAsc();

}
