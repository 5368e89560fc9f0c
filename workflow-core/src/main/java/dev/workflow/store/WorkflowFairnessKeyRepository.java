package dev.workflow.store;

import java.util.List;

import org.springframework.data.repository.NoRepositoryBean;
import org.springframework.data.repository.Repository;

/** Reads the weights of fairness keys. */
@NoRepositoryBean
public interface WorkflowFairnessKeyRepository extends Repository<WorkflowFairnessKeyEntity, String> {

    List<WorkflowFairnessKeyEntity> findAllByOrderByFairnessKeyAsc();

}
