package dev.workflow.test.scenarios;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import dev.workflow.Activities;
import dev.workflow.Activity;
import dev.workflow.ActivityOptions;
import dev.workflow.Promise;
import dev.workflow.QueryMethod;
import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.UpdateValidator;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.interceptor.ContextPropagator;
import dev.workflow.test.WorkflowTest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/** The tenant is a bean of the application, the logging context the ready-made one. */
@WorkflowTest(
        classes = { ContextPropagationTests.Tenants.class, ContextPropagationTests.Rooms.class,
                ContextPropagationTests.Booking.class, ContextPropagationTests.Long.class, Probe.class },
        properties = "workflow.context.mdc[0]=request")
class ContextPropagationTests extends ScenarioTests {

    private static final ThreadLocal<@Nullable String> TENANT = new ThreadLocal<>();

    @Autowired
    private Probe probe;

    @Autowired
    private PlatformTransactionManager transactions;

    @AfterEach
    void leave() {
        TENANT.remove();
        MDC.clear();
    }

    @Test
    void theContextOfTheCallerIsInPlaceInWorkflowsAndActivities() {
        String key = anyId().id();
        enter("acme", "r-1");
        WorkflowHandle<Booking, String> handle = this.client.start(Booking.class, (w) -> w.book(key),
                WorkflowOptions.withId(key));
        leave();
        step();
        enter("nobody", "r-2");
        handle.signal((w) -> w.finish());
        advance(Duration.ofHours(2));
        assertThat(resultOf(handle)).isEqualTo("acme/r-1,acme/r-1");
        // Two in the main method, one of them on a thread of its own; the first one of
        // each failed and was tried again.
        assertThat(this.probe.notes(key)).hasSize(4).allMatch("acme/r-1"::equals);
    }

    @Test
    void aMessageBringsItsOwnContextAndElseHasThatOfTheRun() {
        String key = anyId().id();
        enter("acme", "r-1");
        WorkflowHandle<Booking, String> handle = this.client.start(Booking.class, (w) -> w.book(key),
                WorkflowOptions.withId(key));
        enter("umbrella", null);
        step();
        String queried = handle.query((w) -> w.who());
        String updated = handle.update((w) -> w.updateWho());
        step();
        handle.signal((w) -> w.noteWho());
        leave();
        handle.signal((w) -> w.noteWho());
        step();
        List<String> noted = handle.query((w) -> w.noted());
        assertThat(queried).isEqualTo("umbrella/r-1");
        assertThat(updated).isEqualTo("umbrella/r-1");
        assertThat(noted).containsExactly("umbrella/r-1", "acme/r-1");
        assertThat(MDC.get("request")).isNull();
        enter("blocked", null);
        assertThatException().isThrownBy(() -> handle.update((w) -> w.updateWho())).withMessageContaining("tenant");
        leave();
        handle.signal((w) -> w.finish());
        advance(Duration.ofHours(2));
        resultOf(handle);
    }

    @Test
    void theContextIsCapturedInsideOfATransaction() {
        String key = anyId().id();
        enter("acme", "r-1");
        WorkflowHandle<Booking, String> handle = new TransactionTemplate(this.transactions).execute((status) -> {
            WorkflowHandle<Booking, String> started = this.client.start(Booking.class, (w) -> w.book(key),
                    WorkflowOptions.withId(key));
            enter("umbrella", "r-2");
            started.signal((w) -> w.noteWho());
            return started;
        });
        leave();
        step();
        List<String> noted = handle.query((w) -> w.noted());
        assertThat(noted).containsExactly("umbrella/r-2");
        handle.signal((w) -> w.finish());
        advance(Duration.ofHours(2));
        assertThat(resultOf(handle)).isEqualTo("acme/r-1,acme/r-1");
    }

    @Test
    void aRunThatContinuesAsNewKeepsItsContext() {
        enter("acme", "r-1");
        WorkflowHandle<Long, String> handle = this.client.start(Long.class, (w) -> w.run(3), anyId());
        leave();
        step();
        assertThat(resultOf(handle)).isEqualTo("acme/r-1");
        WorkflowExecutionStarted last = (WorkflowExecutionStarted) this.client.workflow(handle.workflowId())
            .history()
            .getFirst();
        assertThat(last.continuedExecutionRunId()).isNotNull();
        assertThat(last.header()).isEqualTo(Map.of("tenant", "acme", "mdc-request", "r-1"));
    }

    private static void enter(String tenant, @Nullable String request) {
        TENANT.set(tenant);
        if (request != null) {
            MDC.put("request", request);
        }
        else {
            MDC.remove("request");
        }
    }

    private static String now() {
        return TENANT.get() + "/" + MDC.get("request");
    }

    static class Tenants implements ContextPropagator {

        @Override
        public Map<String, String> capture() {
            String tenant = TENANT.get();
            return (tenant != null) ? Map.of("tenant", tenant) : Map.of();
        }

        @Override
        public AutoCloseable restore(Map<String, String> headers) {
            String before = TENANT.get();
            TENANT.set(headers.get("tenant"));
            return () -> TENANT.set(before);
        }

    }

    @Activity
    static class Rooms {

        private final Probe probe;

        Rooms(Probe probe) {
            this.probe = probe;
        }

        public String reserve(String key) {
            this.probe.note(key, now());
            if (Activities.info().attempt() == 1) {
                throw new IllegalStateException("not at once");
            }
            return now();
        }

    }

    @Workflow
    static class Booking {

        private final Rooms rooms;

        private final List<String> noted = new java.util.ArrayList<>();

        private boolean finished;

        Booking(Rooms rooms) {
            this.rooms = rooms;
        }

        @WorkflowMethod
        String book(String key) {
            String before = now();
            Workflows.await(() -> this.finished);
            Promise<String> other = Workflows
                .async(() -> Workflows.withOptions(this.rooms, ActivityOptions.defaults()).reserve(key));
            String first = this.rooms.reserve(key);
            if (!before.equals(now())) {
                throw ApplicationFailure.of("The context has changed to " + now(), "Changed");
            }
            return first + "," + other.get();
        }

        @SignalMethod
        void finish() {
            this.finished = true;
        }

        @SignalMethod
        void noteWho() {
            this.noted.add(now());
        }

        @UpdateMethod
        String updateWho() {
            return now();
        }

        @UpdateValidator("updateWho")
        void checkUpdateWho() {
            if ("blocked".equals(TENANT.get())) {
                throw ApplicationFailure.of("Not this tenant", "Refused");
            }
        }

        @QueryMethod
        String who() {
            return now();
        }

        @QueryMethod
        List<String> noted() {
            return this.noted;
        }

    }

    @Workflow
    static class Long {

        @WorkflowMethod
        String run(int times) {
            if (times > 1) {
                Workflows.continueAsNew(times - 1);
            }
            return now();
        }

    }

}
