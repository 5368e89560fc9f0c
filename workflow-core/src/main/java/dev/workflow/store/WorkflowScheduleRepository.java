package dev.workflow.store;

import java.util.List;
import java.util.Optional;

import org.springframework.data.domain.Limit;
import org.springframework.data.repository.NoRepositoryBean;
import org.springframework.data.repository.Repository;

/** Reads schedules. */
@NoRepositoryBean
public interface WorkflowScheduleRepository extends Repository<WorkflowScheduleEntity, String> {

    Optional<WorkflowScheduleEntity> findById(String scheduleId);

    /** Schedules after the given one, by id. */
    List<WorkflowScheduleEntity> findByScheduleIdGreaterThanOrderByScheduleId(String scheduleId, Limit limit);

}
