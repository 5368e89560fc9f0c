package dev.workflow.store;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.NoRepositoryBean;
import org.springframework.data.repository.Repository;

/** Reads activities without result. */
@NoRepositoryBean
public interface WorkflowActivityTaskRepository
        extends Repository<WorkflowActivityTaskEntity, WorkflowActivityTaskEntity.Key> {

    /** The activities that a run waits for, oldest first. */
    List<WorkflowActivityTaskEntity> findByRunIdOrderByScheduledEventId(UUID runId);

    /** Activities that are due and that nobody runs, for each queue that has some. */
    @Query("""
            select new dev.workflow.store.TaskQueueBacklog(a.taskQueue, count(*), min(a.dueAt))
            from WorkflowActivityTaskEntity a where a.owner is null and a.dueAt <= :now
            group by a.taskQueue order by a.taskQueue""")
    List<TaskQueueBacklog> backlog(Instant now);

}
