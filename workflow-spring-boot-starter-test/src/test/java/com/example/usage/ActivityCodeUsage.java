package com.example.usage;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import dev.workflow.Activities;
import dev.workflow.Activity;
import dev.workflow.ActivityInfo;
import dev.workflow.Arguments;
import dev.workflow.DynamicActivity;
import dev.workflow.DynamicWorkflow;
import dev.workflow.Workflow;
import dev.workflow.Workflows;

import org.springframework.core.ParameterizedTypeReference;

/** Everything that activity code may use, used once as users write it. */
@Activity("Usages")
class ActivityCodeUsage {

    public List<Object> info() {
        ActivityInfo info = Activities.info();
        if (info instanceof ActivityInfo(String workflowId, String runId, String workflowType, String activityId, String activityType, String taskQueue, int attempt, String taskToken, Instant scheduledTime, Instant deadline, String idempotencyKey)) {
            return List.of(workflowId, runId, workflowType, activityId, activityType, taskQueue, attempt, taskToken,
                    scheduledTime, deadline, idempotencyKey);
        }
        return List.of(info.workflowId(), info.runId(), info.workflowType(), info.activityId(), info.activityType(),
                info.taskQueue(), info.attempt(), info.taskToken(), info.scheduledTime(), info.deadline(),
                info.idempotencyKey());
    }

    public int count(int until) {
        int from = Activities.heartbeatDetails(Integer.class).orElse(0);
        for (int i = from; i < until && !Activities.isCanceled(); i++) {
            Activities.heartbeat(i);
        }
        return until;
    }

    public List<String> resume() {
        Optional<List<String>> details = Activities.heartbeatDetails(new ParameterizedTypeReference<List<String>>() {
        });
        return details.orElse(List.of());
    }

    public String later() {
        return Activities.completeLater();
    }

    static class AnyActivity implements DynamicActivity {

        @Override
        public Object execute(String activityType, Arguments arguments) throws Exception {
            return activityType + arguments.get(0, String.class);
        }

    }

    @Workflow(taskQueue = "any")
    static class AnyWorkflow implements DynamicWorkflow {

        @Override
        public Object execute(Arguments arguments) throws Exception {
            return Workflows.info().workflowType() + arguments.size();
        }

    }

}
