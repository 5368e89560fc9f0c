package dev.workflow.sample.fanout;

import java.util.ArrayList;
import java.util.List;

import dev.workflow.Promise;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.failure.ApplicationFailure;

/** Asks for n numbers at once and adds them up. */
@Workflow(taskQueue = "fanout")
public class FanOutWorkflow {

    private static final int MAXIMUM = 20_000;

    private final Numbers numbers;

    FanOutWorkflow(Numbers numbers) {
        this.numbers = numbers;
    }

    @WorkflowMethod
    public long sum(int n) {
        if (n < 0 || n > MAXIMUM) {
            throw ApplicationFailure.nonRetryable("n must be from 0 to " + MAXIMUM + ", but is " + n, "InvalidInput");
        }
        List<Promise<Long>> all = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            int number = i;
            all.add(Workflows.async(() -> this.numbers.number(number)));
        }
        return Promise.allOf(all).get().stream().mapToLong(Long::longValue).sum();
    }

}
