package dev.workflow.sample.crash;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import org.springframework.context.annotation.Profile;

/** Waits for numbers, one after the other, and sleeps and naps in between. */
@Workflow(taskQueue = "crash")
@Profile("crash")
public class SleepingWorkflow {

    private final Naps naps;

    private final List<Integer> numbers = new ArrayList<>();

    SleepingWorkflow(Naps naps) {
        this.naps = naps;
    }

    /** Returns the numbers in the order in which they came. */
    @WorkflowMethod
    public List<Integer> sleep(int count, long sleepMillis, long napMillis) {
        for (int i = 1; i <= count; i++) {
            int wanted = i;
            if (!Workflows.await(Duration.ofMinutes(30), () -> this.numbers.size() >= wanted)) {
                throw new IllegalStateException("Number " + wanted + " never came");
            }
            Workflows.sleep(Duration.ofMillis(sleepMillis));
        }
        this.naps.nap(napMillis);
        return List.copyOf(this.numbers);
    }

    @SignalMethod
    public void number(int number) {
        this.numbers.add(number);
    }

}
