package dev.workflow.store;

import java.util.List;
import java.util.UUID;

import org.springframework.data.domain.Limit;
import org.springframework.data.repository.NoRepositoryBean;
import org.springframework.data.repository.Repository;

/** Reads histories page by page. */
@NoRepositoryBean
public interface WorkflowEventRepository extends Repository<WorkflowEventEntity, WorkflowEventEntity.Key> {

    /** The events of a run after the given one, oldest first. */
    List<WorkflowEventEntity> findByRunIdAndEventIdGreaterThanOrderByEventId(UUID runId, long eventId, Limit limit);

}
