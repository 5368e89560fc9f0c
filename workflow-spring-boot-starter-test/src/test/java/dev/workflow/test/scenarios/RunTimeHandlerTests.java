package dev.workflow.test.scenarios;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import dev.workflow.Arguments;
import dev.workflow.DynamicWorkflow;
import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.QueryFailedException;
import dev.workflow.client.UpdateFailedException;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.history.MarkerRecorded;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Handlers that code registers while it runs, what it says of itself, and values that
 * change under it.
 */
@WorkflowTest(classes = { RunTimeHandlerTests.Form.class, RunTimeHandlerTests.Script.class,
        RunTimeHandlerTests.Exchange.class, RunTimeHandlerTests.Rates.class })
class RunTimeHandlerTests extends ScenarioTests {

    @Autowired
    private Rates rates;

    @Test
    void handlersThatAreRegisteredAnswerByTheirNames() {
        WorkflowHandle<Form, String> handle = form("name", "town");
        WorkflowHandle<Object, Object> untyped = this.client.workflow(handle.workflowId());
        untyped.signal("set-name", "Ada");
        step();
        String name = untyped.query("get-name", String.class);
        assertThat(name).isEqualTo("Ada");
        String before = untyped.update("set-town", String.class, "London");
        assertThat(before).isEqualTo("town was null");
        step();
        assertThat(resultOf(handle)).isEqualTo("name=Ada, town=London");
    }

    @Test
    void queryThatNobodyHasRegisteredNamesThoseThatAreThere() {
        WorkflowHandle<Form, String> handle = form("name");
        WorkflowHandle<Object, Object> untyped = this.client.workflow(handle.workflowId());
        assertThatExceptionOfType(QueryFailedException.class).isThrownBy(() -> untyped.query("get-town", String.class))
            .withMessageContaining("get-name");
        untyped.signal("set-name", "Ada");
        step();
        resultOf(handle);
    }

    /** A signal may come before the code that takes it is reached. */
    @Test
    void signalWaitsForItsHandler() {
        WorkflowHandle<Object, Object> handle = this.client.start("NightScript", anyId(), "late");
        step();
        handle.signal("word", "one");
        handle.signal("word", "two");
        step();
        advance(Duration.ofHours(1));
        handle.signal("word", "end");
        step();
        assertThat(handle.result(String.class, PATIENCE)).isEqualTo("NightScript heard one, two, end");
    }

    @Test
    void dynamicWorkflowRegistersItsHandlers() {
        WorkflowHandle<Object, Object> handle = this.client.start("DayScript", anyId(), "now");
        step();
        int heard = handle.update("count", Integer.class, "first");
        assertThat(heard).isEqualTo(1);
        assertThatExceptionOfType(UpdateFailedException.class)
            .isThrownBy(() -> handle.update("count", Integer.class, "refuse"))
            .withStackTraceContaining("not this one");
        String last = handle.query("last", String.class);
        assertThat(last).isEqualTo("first");
        handle.signal("word", "end");
        step();
        assertThat(handle.result(String.class, PATIENCE)).isEqualTo("DayScript heard first, end");
    }

    @Test
    void currentDetailsAreAnsweredWhereverTheRunIsAndNotRecorded() {
        WorkflowHandle<Form, String> handle = form("name", "town");
        WorkflowHandle<Object, Object> untyped = this.client.workflow(handle.workflowId());
        String waiting = untyped.query("__current_details", String.class);
        assertThat(waiting).isEqualTo("Waits for **name**");
        untyped.signal("set-name", "Ada");
        step();
        String next = untyped.query("__current_details", String.class);
        assertThat(next).isEqualTo("Waits for **town**");
        untyped.signal("set-town", "London");
        step();
        resultOf(handle);
        String last = untyped.query("__current_details", String.class);
        assertThat(last).isEqualTo("Waits for **town**");
        assertThat(eventTypes(handle)).doesNotContain("MarkerRecorded");
    }

    @Test
    void mutableSideEffectIsRecordedOnlyWhenItHasChanged() {
        this.rates.next.set(1);
        WorkflowHandle<Exchange, List<Integer>> handle = this.client.start(Exchange.class, (w) -> w.watch(5), anyId());
        step();
        for (int rate : new int[] { 7, 7, 9, 9 }) {
            this.rates.next.set(rate);
            handle.signal((w) -> w.look());
            step();
        }
        assertThat(resultOf(handle)).containsExactly(1, 7, 7, 9, 9);
        assertThat(handle.history()).filteredOn(MarkerRecorded.class::isInstance).hasSize(3);
    }

    private WorkflowHandle<Form, String> form(String... fields) {
        WorkflowHandle<Form, String> handle = this.client.start(Form.class, (w) -> w.fill(List.of(fields)), anyId());
        step();
        return handle;
    }

    /** A rate that changes by itself. */
    static class Rates {

        final AtomicInteger next = new AtomicInteger(1);

        int now() {
            return this.next.get();
        }

    }

    @Workflow
    static class Form {

        @WorkflowMethod
        String fill(List<String> names) {
            List<String> values = new ArrayList<>();
            for (String name : names) {
                int field = values.size();
                values.add("");
                Workflows.onSignal("set-" + name, (value) -> values.set(field, value.get(0, String.class)));
                Workflows.onQuery("get-" + name, (nothing) -> values.get(field));
                Workflows.onUpdate("set-" + name, (value) -> {
                    String before = values.set(field, value.get(0, String.class));
                    return name + " was " + (before.isEmpty() ? null : before);
                });
            }
            List<String> pairs = new ArrayList<>();
            for (String name : names) {
                int field = pairs.size();
                Workflows.currentDetails("Waits for **" + name + "**");
                Workflows.await(() -> !values.get(field).isEmpty());
                pairs.add(name + "=" + values.get(field));
            }
            return String.join(", ", pairs);
        }

    }

    @Workflow
    static class Script implements DynamicWorkflow {

        @Override
        public Object execute(Arguments arguments) {
            List<String> heard = new ArrayList<>();
            if (arguments.get(0, String.class).equals("late")) {
                Workflows.sleep(Duration.ofHours(1));
            }
            Workflows.onSignal("word", (word) -> heard.add(word.get(0, String.class)));
            Workflows.onQuery("last", (nothing) -> heard.getLast());
            Workflows.onUpdate("count", (word) -> {
                if (word.get(0, String.class).equals("refuse")) {
                    throw ApplicationFailure.of("not this one", "Refused");
                }
                heard.add(word.get(0, String.class));
                return heard.size();
            });
            Workflows.await(() -> heard.contains("end"));
            return Workflows.info().workflowType() + " heard " + String.join(", ", heard);
        }

    }

    @Workflow
    static class Exchange {

        private final Rates rates;

        private int looks = 1;

        Exchange(Rates rates) {
            this.rates = rates;
        }

        @WorkflowMethod
        List<Integer> watch(int count) {
            List<Integer> seen = new ArrayList<>();
            while (seen.size() < count) {
                Workflows.await(() -> this.looks > 0);
                this.looks--;
                seen.add(Workflows.mutableSideEffect("rate", Integer.class, (last, next) -> !last.equals(next),
                        this.rates::now));
            }
            return seen;
        }

        @SignalMethod
        void look() {
            this.looks++;
        }

    }

}
