package dev.workflow.test.scenarios;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import dev.workflow.Activities;
import dev.workflow.Activity;
import dev.workflow.LocalActivityOptions;
import dev.workflow.QueryMethod;
import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.UpdateHandle;
import dev.workflow.client.UpdateOptions;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.test.WorkflowTest;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.ReceiverContext;
import io.micrometer.observation.transport.SenderContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

@WorkflowTest(
        classes = { ObservationTests.Travel.class, ObservationTests.Tickets.class, ObservationTests.Tracer.class })
class ObservationTests extends ScenarioTests {

    @Autowired
    private ObservationRegistry registry;

    @Autowired
    private Tracer tracer;

    @Autowired
    private PlatformTransactionManager transactions;

    @BeforeEach
    void forget() {
        this.tracer.spans.clear();
    }

    @Test
    void oneTraceLeadsFromTheCallerThroughEveryActivity() {
        WorkflowHandle<Travel, String> handle = traced("caller",
                () -> this.client.start(Travel.class, (w) -> w.book(), anyId()));
        step();
        traced("somebody else", () -> {
            handle.signal((w) -> w.confirm());
            return true;
        });
        step();
        assertThat(resultOf(handle)).isEqualTo("train,hotel,map");
        Span caller = this.tracer.one("caller", "");
        Span start = this.tracer.one("workflow.client.start", "Travel");
        assertThat(start.trace()).isEqualTo(caller.trace());
        assertThat(start.parent()).isEqualTo(caller.id());
        for (String activity : List.of("Tickets.train", "Tickets.hotel", "Tickets.map")) {
            Span attempt = this.tracer.one("workflow.worker.activity", activity);
            assertThat(attempt.trace()).as(activity).isEqualTo(caller.trace());
            assertThat(attempt.parent()).as(activity).isEqualTo(start.id());
            assertThat(attempt.workflowId()).isEqualTo(handle.workflowId());
            assertThat(attempt.error()).isNull();
        }
        WorkflowExecutionStarted started = (WorkflowExecutionStarted) handle.history().getFirst();
        assertThat(started.header()).containsEntry("traceparent", start.traceparent());
    }

    @Test
    void turnsAreObservedOnceHoweverOftenTheyAreReplayed() {
        WorkflowHandle<Travel, String> handle = traced("caller",
                () -> this.client.start(Travel.class, (w) -> w.book(), anyId()));
        step();
        this.replayer.evictAll();
        String state = handle.query((w) -> w.state());
        this.replayer.evictAll();
        assertThat(state).isEqualTo("train");
        handle.signal((w) -> w.confirm());
        step();
        resultOf(handle);
        this.replayer.replay(handle.history());
        // Start, train completed, signal, hotel completed, map completed.
        assertThat(this.tracer.all("workflow.worker.turn", "Travel")).hasSize(5);
    }

    @Test
    void aStartInATransactionIsObservedOnceAndItsFirstTurnToo() {
        WorkflowHandle<Travel, String> handle = traced("caller",
                () -> Objects.requireNonNull(new TransactionTemplate(this.transactions)
                    .execute((status) -> this.client.start(Travel.class, (w) -> w.book(), anyId()))));
        step();
        Span start = this.tracer.one("workflow.client.start", "Travel");
        assertThat(this.tracer.all("workflow.worker.turn", "Travel")).hasSize(2)
            .allSatisfy((turn) -> assertThat(turn.parent()).isEqualTo(start.id()));
        assertThat(this.tracer.one("workflow.worker.activity", "Tickets.train").trace()).isEqualTo(start.trace());
        handle.signal((w) -> w.confirm());
        step();
        resultOf(handle);
    }

    @Test
    void whatAMessageLeadsToBelongsToItsSender() {
        WorkflowHandle<Travel, String> handle = traced("caller",
                () -> this.client.start(Travel.class, (w) -> w.book(), anyId()));
        step();
        String seat = traced("somebody else", () -> handle.update((w) -> w.reserve("window")));
        assertThat(seat).isEqualTo("window seat");
        step();
        Span sender = this.tracer.one("somebody else", "");
        Span update = this.tracer.one("workflow.client.update", "reserve");
        assertThat(update.parent()).isEqualTo(sender.id());
        assertThat(this.tracer.one("workflow.worker.activity", "Tickets.seat").parent()).isEqualTo(update.id());
        traced("asker", () -> handle.query((w) -> w.state()));
        assertThat(this.tracer.one("workflow.client.query", "state").trace())
            .isEqualTo(this.tracer.one("asker", "").trace());
        handle.signal((w) -> w.confirm());
        step();
        resultOf(handle);
    }

    @Test
    void everyAttemptAndEveryRefusalIsObserved() {
        WorkflowHandle<Travel, String> handle = this.client.start(Travel.class, (w) -> w.book(), anyId());
        step();
        assertThatException().isThrownBy(() -> handle.update((w) -> w.reserve("")));
        assertThat(this.tracer.one("workflow.client.update", "reserve").error()).isNull();
        this.tracer.spans.clear();
        UpdateHandle<String> aisle = handle.startUpdate((w) -> w.reserve("aisle"), UpdateOptions.defaults());
        advance(Duration.ofSeconds(5));
        assertThat(aisle.result(PATIENCE)).isEqualTo("aisle seat");
        assertThat(this.tracer.all("workflow.worker.activity", "Tickets.seat")).extracting(Span::error)
            .containsExactly("IllegalStateException", null);
        assertThatException().isThrownBy(() -> this.client.workflow(Travel.class, "nobody").signal((w) -> w.confirm()));
        assertThat(this.tracer.one("workflow.client.signal", "confirm").error()).isEqualTo("WorkflowNotFoundException");
        handle.signal((w) -> w.confirm());
        step();
        resultOf(handle);
    }

    private <T> T traced(String name, Supplier<T> body) {
        return Objects.requireNonNull(Observation.createNotStarted(name, this.registry).observe(body));
    }

    @Activity
    static class Tickets {

        public String train() {
            return "train";
        }

        public String hotel() {
            return "hotel";
        }

        public String map() {
            return "map";
        }

        public String seat(String where) {
            if (where.equals("aisle") && Activities.info().attempt() == 1) {
                throw new IllegalStateException("not at once");
            }
            return where + " seat";
        }

    }

    @Workflow
    static class Travel {

        private final Tickets tickets;

        private boolean confirmed;

        private String state = "";

        Travel(Tickets tickets) {
            this.tickets = tickets;
        }

        @WorkflowMethod
        String book() {
            this.state = this.tickets.train();
            Workflows.await(() -> this.confirmed);
            String hotel = this.tickets.hotel();
            String map = Workflows.localActivities(Tickets.class, LocalActivityOptions.defaults()).map();
            return this.state + "," + hotel + "," + map;
        }

        @SignalMethod
        void confirm() {
            this.confirmed = true;
        }

        @UpdateMethod
        String reserve(String where) {
            if (where.isEmpty()) {
                throw ApplicationFailure.of("Where?", "Empty");
            }
            return this.tickets.seat(where);
        }

        @QueryMethod
        String state() {
            return this.state;
        }

    }

    /** A part of a trace. */
    record Span(String observation, String name, String workflowId, String trace, String id, @Nullable String parent,
            @Nullable String error) {

        String traceparent() {
            return "00-" + this.trace + "-" + this.id + "-01";
        }

    }

    /** Keeps traces in memory and hands them on as W3C says. */
    static class Tracer implements ObservationHandler<Observation.Context> {

        private final AtomicInteger ids = new AtomicInteger();

        final List<Span> spans = new CopyOnWriteArrayList<>();

        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }

        @Override
        public void onStart(Observation.Context context) {
            String received = (context instanceof ReceiverContext<?> receiver) ? received(receiver) : null;
            String trace = "%032x".formatted(this.ids.incrementAndGet());
            String parent = null;
            if (received != null) {
                trace = received.split("-")[1];
                parent = received.split("-")[2];
            }
            else if (context.getParentObservation() != null) {
                Span span = context.getParentObservation().getContextView().getRequired(Span.class);
                trace = span.trace();
                parent = span.id();
            }
            Span span = new Span(context.getName(), "", "", trace, "%016x".formatted(this.ids.incrementAndGet()),
                    parent, null);
            context.put(Span.class, span);
            if (context instanceof SenderContext<?> sender) {
                send(sender, span);
            }
        }

        private static <C> @Nullable String received(ReceiverContext<C> receiver) {
            return receiver.getGetter().get(receiver.getCarrier(), "traceparent");
        }

        private static <C> void send(SenderContext<C> sender, Span span) {
            sender.getSetter().set(sender.getCarrier(), "traceparent", span.traceparent());
        }

        @Override
        public void onStop(Observation.Context context) {
            Span span = context.getRequired(Span.class);
            Throwable error = context.getError();
            Map<String, String> tags = new HashMap<>();
            context.getAllKeyValues().forEach((tag) -> tags.put(tag.getKey(), tag.getValue()));
            this.spans.add(new Span(span.observation(), tags.getOrDefault("name", ""),
                    tags.getOrDefault("workflow.id", ""), span.trace(), span.id(), span.parent(),
                    (error != null) ? error.getClass().getSimpleName() : null));
        }

        List<Span> all(String observation, String name) {
            return this.spans.stream()
                .filter((span) -> span.observation().equals(observation) && span.name().equals(name))
                .toList();
        }

        Span one(String observation, String name) {
            List<Span> all = all(observation, name);
            assertThat(all).as(observation + " " + name).hasSize(1);
            return all.getFirst();
        }

    }

}
