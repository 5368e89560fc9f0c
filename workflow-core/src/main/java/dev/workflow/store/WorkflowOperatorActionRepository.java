package dev.workflow.store;

import java.util.List;

import org.springframework.data.domain.Limit;
import org.springframework.data.repository.NoRepositoryBean;
import org.springframework.data.repository.Repository;

/** Reads what people did that is in no history. */
@NoRepositoryBean
public interface WorkflowOperatorActionRepository extends Repository<WorkflowOperatorActionEntity, Long> {

    List<WorkflowOperatorActionEntity> findByIdLessThanOrderByIdDesc(long before, Limit limit);

}
