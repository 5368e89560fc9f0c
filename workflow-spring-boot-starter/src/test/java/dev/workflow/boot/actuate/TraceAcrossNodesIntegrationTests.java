package dev.workflow.boot.actuate;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import dev.workflow.Activities;
import dev.workflow.Activity;
import dev.workflow.LocalActivityOptions;
import dev.workflow.Retry;
import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.boot.TestPostgres;
import dev.workflow.boot.autoconfigure.WorkflowActuatorAutoConfiguration;
import dev.workflow.boot.autoconfigure.WorkflowClientAutoConfiguration;
import dev.workflow.boot.autoconfigure.WorkflowDatabaseAutoConfiguration;
import dev.workflow.boot.autoconfigure.WorkflowEngineAutoConfiguration;
import dev.workflow.boot.autoconfigure.WorkflowPersistenceAutoConfiguration;
import dev.workflow.boot.autoconfigure.WorkflowRepositoriesAutoConfiguration;
import dev.workflow.boot.autoconfigure.WorkflowWorkerAutoConfiguration;
import dev.workflow.client.WorkflowClient;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.engine.WorkflowEngine;
import dev.workflow.history.InputEvent;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.ReceiverContext;
import io.micrometer.observation.transport.SenderContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

/** One trace over several processes of an application, some of which stop or are lost. */
class TraceAcrossNodesIntegrationTests {

    private final Spans spans = new Spans();

    private final Gate gate = new Gate();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
                HibernateJpaAutoConfiguration.class, DataJpaRepositoriesAutoConfiguration.class,
                DataSourceTransactionManagerAutoConfiguration.class, TransactionAutoConfiguration.class,
                WorkflowDatabaseAutoConfiguration.class, WorkflowPersistenceAutoConfiguration.class,
                WorkflowWorkerAutoConfiguration.class, WorkflowEngineAutoConfiguration.class,
                WorkflowRepositoriesAutoConfiguration.class, WorkflowClientAutoConfiguration.class,
                WorkflowActuatorAutoConfiguration.class))
        .withUserConfiguration(Application.class)
        .withBean(Gate.class, () -> this.gate)
        .withPropertyValues(TestPostgres.newDataSource())
        .withPropertyValues("workflow.heartbeat-interval=200ms", "workflow.lease=2s", "workflow.connections=5",
                "workflow.shutdown-timeout=1s");

    private ApplicationContextRunner node(String name) {
        return this.runner.withBean(Tracer.class, () -> new Tracer(name, this.spans));
    }

    /**
     * A run that leaves memory, is handed over, and is replayed by each node that has it.
     */
    @Test
    @Timeout(120)
    void traceOfTheCallerGoesThroughEveryActivityOnWhicheverNodeAndAfterEveryRestart() {
        node("client").withPropertyValues("workflow.worker.enabled=false").run((client) -> {
            WorkflowHandle<Trip, String> trip = walk(client);
            node("second").run((second) -> {
                ride(client, trip);
                node("third").run((third) -> {
                    // It waits for a moment, and then gives up the attempt at the gate.
                    second.close();
                    arrive(trip, "2");
                });
            });
            verify(trip);
            assertThat(this.spans.ended("Legs.ride")).isEqualTo(2);
            // Each of what happened to the run once, whoever has replayed it since.
            assertThat(this.spans.all("workflow.worker.turn")).hasSize(inputs(trip));
        });
    }

    /**
     * A turn whose commit is refused is made again, so that it may be there twice; and
     * one who does not know yet that it counts as dead may have taken an attempt.
     */
    @Test
    @Timeout(120)
    void traceOfTheCallerGoesOnWhereAnotherNodeTakesOver() {
        node("client").withPropertyValues("workflow.worker.enabled=false").run((client) -> {
            WorkflowHandle<Trip, String> trip = walk(client);
            node("second").withPropertyValues("workflow.node-id=worker").run((second) -> {
                ride(client, trip);
                // The same node, restarted, as far as anybody can tell.
                node("third").withPropertyValues("workflow.node-id=worker").run((third) -> arrive(trip, "[23]"));
            });
            verify(trip);
            assertThat(this.spans.all("workflow.worker.turn")).hasSizeGreaterThanOrEqualTo(inputs(trip));
        });
    }

    private static int inputs(WorkflowHandle<Trip, String> trip) {
        return (int) trip.history().stream().filter((event) -> event instanceof InputEvent).count();
    }

    private WorkflowHandle<Trip, String> walk(ApplicationContext client) {
        WorkflowHandle<Trip, String> trip = start(client);
        node("first").run((first) -> {
            await(() -> this.spans.ended("Legs.walk") == 1);
            first.getBean(WorkflowEngine.class).evictAll();
            assertThat(trip.describe().status()).isEqualTo(WorkflowStatus.RUNNING);
        });
        return trip;
    }

    private void ride(ApplicationContext client, WorkflowHandle<Trip, String> trip) throws InterruptedException {
        Observation.createNotStarted("somebody else", client.getBean(ObservationRegistry.class))
            .observe(() -> trip.signal((w) -> w.goOn()));
        this.gate.awaitReached();
    }

    /** With the number of attempts of the leg that did not end in time. */
    private void arrive(WorkflowHandle<Trip, String> trip, String attempts) {
        assertThat(trip.result(Duration.ofSeconds(60))).matches("walk,ride " + attempts + ",fly,swim");
        this.gate.open();
        await(() -> this.spans.ended("Legs.ride") >= 2);
    }

    private WorkflowHandle<Trip, String> start(ApplicationContext client) {
        return Objects.requireNonNull(Observation.createNotStarted("caller", client.getBean(ObservationRegistry.class))
            .observe(() -> client.getBean(WorkflowClient.class)
                .start(Trip.class, (w) -> w.travel(), WorkflowOptions.withId("trip"))));
    }

    private void verify(WorkflowHandle<Trip, String> trip) {
        Span caller = this.spans.one("caller");
        Span start = this.spans.one("workflow.client.start");
        assertThat(start.trace()).isEqualTo(caller.trace());
        assertThat(start.parent()).isEqualTo(caller.id());
        assertThat(start.node()).isEqualTo("client");
        List<Span> attempts = this.spans.all("workflow.worker.activity");
        assertThat(attempts).extracting(Span::name)
            .containsOnlyOnce("Legs.walk", "Legs.fly", "Legs.swim")
            .filteredOn("Legs.ride"::equals)
            .hasSizeGreaterThanOrEqualTo(2);
        assertThat(attempts).allSatisfy((attempt) -> {
            assertThat(attempt.trace()).as(attempt.name()).isEqualTo(caller.trace());
            assertThat(attempt.parent()).as(attempt.name()).isEqualTo(start.id());
        });
        assertThat(attempts).extracting(Span::node).contains("first", "second", "third").doesNotContain("client");
        List<Span> turns = this.spans.all("workflow.worker.turn");
        assertThat(turns).extracting(Span::node).contains("first", "second", "third").doesNotContain("client");
        Span signal = this.spans.one("workflow.client.signal");
        assertThat(turns).filteredOn((turn) -> turn.trace().equals(signal.trace()))
            .singleElement()
            .satisfies((turn) -> assertThat(turn.parent()).isEqualTo(signal.id()));
        assertThat(turns).filteredOn((turn) -> turn.trace().equals(caller.trace())).hasSize(turns.size() - 1);
        List<String> ids = this.spans.list.stream().map(Span::id).toList();
        assertThat(new HashSet<>(ids)).hasSameSizeAs(ids);
        assertThat(trip.history().getFirst().attributes().toString()).contains("00-" + start.trace());
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited in vain for a condition").isLessThan(end);
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** Activities on whichever node. */
    @Activity(retry = @Retry(initialInterval = "10ms"))
    public static class Legs {

        private final Gate gate;

        private final Tracer tracer;

        Legs(Gate gate, Tracer tracer) {
            this.gate = gate;
            this.tracer = tracer;
        }

        public String walk() {
            return "walk";
        }

        /**
         * What the second node has of it does not come to an end in time, also not what
         * it takes while it does not know yet that it counts as dead.
         */
        public String ride() {
            int attempt = Activities.info().attempt();
            if (this.tracer.node.equals("second")) {
                this.gate.pass();
            }
            return "ride " + attempt;
        }

        public String fly() {
            return "fly";
        }

        public String swim() {
            return "swim";
        }

    }

    /** Four legs; the third is a local one. */
    @Workflow
    public static class Trip {

        private final Legs legs;

        private boolean goesOn;

        Trip(Legs legs) {
            this.legs = legs;
        }

        @WorkflowMethod
        public String travel() {
            String walk = this.legs.walk();
            Workflows.await(() -> this.goesOn);
            String ride = this.legs.ride();
            String fly = Workflows.localActivities(Legs.class, LocalActivityOptions.defaults()).fly();
            return walk + "," + ride + "," + fly + "," + this.legs.swim();
        }

        @SignalMethod
        public void goOn() {
            this.goesOn = true;
        }

    }

    /** Holds an attempt for as long as the test wants. */
    public static class Gate {

        private final CountDownLatch reached = new CountDownLatch(1);

        private final CountDownLatch open = new CountDownLatch(1);

        void pass() {
            this.reached.countDown();
            try {
                if (!this.open.await(60, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("The gate was not opened");
                }
            }
            catch (InterruptedException ex) {
                throw new IllegalStateException("Given up at the gate", ex);
            }
        }

        void awaitReached() throws InterruptedException {
            assertThat(this.reached.await(30, TimeUnit.SECONDS)).as("an attempt stands at the gate").isTrue();
        }

        void open() {
            this.open.countDown();
        }

    }

    @Configuration(proxyBeanMethods = false)
    @Import({ Legs.class, Trip.class })
    static class Application {

        @Bean
        ObservationRegistry observationRegistry(Tracer tracer) {
            ObservationRegistry registry = ObservationRegistry.create();
            registry.observationConfig().observationHandler(tracer);
            return registry;
        }

    }

    /** A part of a trace, and the node that took it down. */
    record Span(String node, String observation, String name, String trace, String id, @Nullable String parent) {
    }

    /** What all nodes have taken down. */
    static final class Spans {

        private final AtomicInteger ids = new AtomicInteger();

        private final List<Span> list = new CopyOnWriteArrayList<>();

        List<Span> all(String observation) {
            return this.list.stream().filter((span) -> span.observation().equals(observation)).toList();
        }

        Span one(String observation) {
            List<Span> all = all(observation);
            assertThat(all).as(observation).hasSize(1);
            return all.getFirst();
        }

        long ended(String name) {
            return this.list.stream().filter((span) -> span.name().equals(name)).count();
        }

    }

    /** Hands traces on as W3C says. */
    static final class Tracer implements ObservationHandler<Observation.Context> {

        private final String node;

        private final Spans spans;

        Tracer(String node, Spans spans) {
            this.node = node;
            this.spans = spans;
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }

        @Override
        public void onStart(Observation.Context context) {
            String received = (context instanceof ReceiverContext<?> receiver) ? received(receiver) : null;
            String trace = "%032x".formatted(this.spans.ids.incrementAndGet());
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
            Span span = new Span(this.node, context.getName(), "", trace,
                    "%016x".formatted(this.spans.ids.incrementAndGet()), parent);
            context.put(Span.class, span);
            if (context instanceof SenderContext<?> sender) {
                send(sender, "00-" + span.trace() + "-" + span.id() + "-01");
            }
        }

        private static <C> @Nullable String received(ReceiverContext<C> receiver) {
            return receiver.getGetter().get(receiver.getCarrier(), "traceparent");
        }

        private static <C> void send(SenderContext<C> sender, String traceparent) {
            sender.getSetter().set(sender.getCarrier(), "traceparent", traceparent);
        }

        @Override
        public void onStop(Observation.Context context) {
            Span span = context.getRequired(Span.class);
            Map<String, String> tags = new HashMap<>();
            context.getAllKeyValues().forEach((tag) -> tags.put(tag.getKey(), tag.getValue()));
            this.spans.list.add(new Span(span.node(), span.observation(), tags.getOrDefault("name", ""), span.trace(),
                    span.id(), span.parent()));
        }

    }

}
