package dev.workflow.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.NoRepositoryBean;
import org.springframework.data.repository.Repository;

/** Reads open runs. */
@NoRepositoryBean
public interface WorkflowTaskRepository extends Repository<WorkflowTaskEntity, UUID> {

    Optional<WorkflowTaskEntity> findById(UUID runId);

    long countByOwner(long owner);

    /** Runs that are due and that nobody holds, for each queue that has some. */
    @Query("""
            select new dev.workflow.store.TaskQueueBacklog(t.taskQueue, count(*), min(t.dueAt))
            from WorkflowTaskEntity t where t.owner is null and t.dueAt <= :now
            group by t.taskQueue order by t.taskQueue""")
    List<TaskQueueBacklog> backlog(Instant now);

}
