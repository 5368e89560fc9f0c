package dev.workflow.test.scenarios;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.Month;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.workflow.Activity;
import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.IdConflictPolicy;
import dev.workflow.client.IdReusePolicy;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.engine.StartRequest;
import dev.workflow.engine.WorkflowOutcome;
import dev.workflow.engine.WorkflowRef;
import dev.workflow.engine.WorkflowService;
import dev.workflow.payload.Json;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What goes through the database comes back as what it was: as argument and result of
 * workflow and activity, in signals, updates and side effects, live and after a replay.
 */
@WorkflowTest(
        classes = { DataTests.Echo.class, DataTests.Echoes.class, DataTests.Nothings.class, DataTests.AreaOf.class })
class DataTests extends ScenarioTests {

    @Autowired
    WorkflowService service;

    @Test
    void everyTypeComesBackAsItWas() {
        Everything all = everything();
        WorkflowHandle<Echoes, Everything> handle = this.client.start(Echoes.class,
                (w) -> w.run(all, List.of(new Pair<>("a", all), new Pair<>("b", null)), all.shape()), anyId());
        step();
        handle.signal((w) -> w.add(new Pair<>("c", all)));
        step();
        Map<Size, List<Shape>> update = new LinkedHashMap<>();
        update.put(Size.LARGE, List.of(new Circle(new BigDecimal("2.50")), new Square(3)));
        update.put(Size.SMALL, List.of());
        Map<Size, List<Shape>> updated = handle.update((w) -> w.shapes(update));
        assertThat(updated).isEqualTo(update);
        step();
        handle.signal((w) -> w.finish());
        Everything result = resultOf(handle);
        assertThat(result).usingRecursiveComparison().isEqualTo(all);
        assertThat(result.price()).isEqualTo(new BigDecimal("12345678901234567890.1200"));
    }

    @Test
    void nullVoidAndTheEmptyOptionalComeBackAsWhatTheyWere() {
        WorkflowHandle<Nothings, Void> handle = this.client.start(Nothings.class, (w) -> {
            w.run(null, Optional.empty(), new byte[0]);
        }, anyId());
        step();
        handle.signal((w) -> w.go(null));
        assertThat(resultOf(handle)).isNull();
    }

    /** What a caller sends chooses no class. */
    @Test
    void aClassNameInTheInputDoesNothing() {
        for (String input : List.of("[{\"@class\":\"java.lang.ProcessBuilder\",\"kind\":\"square\",\"side\":4}]",
                "[{\"kind\":\"square\",\"side\":4,\"@type\":\"java.lang.ProcessBuilder\",\"!\":[\"x\",{}]}]")) {
            String id = anyId().id();
            this.service
                .start(new StartRequest("AreaOf", id, "echoes", new Json(input), null, IdReusePolicy.ALLOW_DUPLICATE,
                        IdConflictPolicy.FAIL, null, null, null, null, null, Map.of(), Map.of(), 3, null, null));
            step();
            WorkflowOutcome outcome = this.service.result(new WorkflowRef(id, null), true, PATIENCE);
            assertThat(outcome).isNotNull();
            assertThat(outcome.result()).isEqualTo(new Json("16"));
        }
    }

    static Everything everything() {
        Map<Size, Integer> bySize = new LinkedHashMap<>();
        bySize.put(Size.SMALL, 1);
        bySize.put(Size.LARGE, 2);
        return new Everything((byte) 1, (short) 2, 3, Long.MAX_VALUE, 1.5f, 0.1, 'x', true,
                new BigDecimal("12345678901234567890.1200"), new BigInteger("123456789012345678901234567890"),
                "Grüße \u0000 \ud83d\ude00 \"quoted\" \\", new byte[] { 0, -1, 127 }, Size.LARGE,
                UUID.fromString("01890a5d-ac96-774b-bcce-b302099a8057"),
                new Times(Instant.parse("2026-11-26T08:00:00.123456789Z"), Duration.ofMillis(90_061_001),
                        LocalDate.of(2026, Month.FEBRUARY, 28), LocalDateTime.of(2026, 11, 26, 1, 2, 3),
                        OffsetDateTime.parse("2026-11-26T08:00:00+05:30"),
                        ZonedDateTime.of(2026, 7, 1, 12, 0, 0, 0, ZoneId.of("Europe/Vienna")), Period.ofMonths(14),
                        ZoneId.of("America/New_York"), DayOfWeek.FRIDAY),
                Optional.of("there"), Optional.empty(), List.of(List.of(1, 2), List.of()), Set.of("one"), bySize,
                Map.of(LocalDate.of(2026, 1, 1), new Square(2)), new Circle(new BigDecimal("1.10")),
                List.of(new Square(1), new Circle(new BigDecimal("0.00"))), new Pair<>(7L, List.of("a")), null);
    }

    record Everything(byte small, short medium, int number, long large, float single, double real, char letter,
            boolean flag, BigDecimal price, BigInteger huge, String text, byte[] bytes, Size size, UUID id, Times times,
            Optional<String> there, Optional<String> absent, List<List<Integer>> nested, Set<String> set,
            Map<Size, Integer> bySize, Map<LocalDate, Square> byDay, Shape shape, List<Shape> shapes,
            Pair<Long, List<String>> pair, String nothing) {
    }

    record Times(Instant instant, Duration duration, LocalDate day, LocalDateTime local, OffsetDateTime offset,
            ZonedDateTime zoned, Period period, ZoneId zone, DayOfWeek weekday) {
    }

    record Pair<A, B>(A first, B second) {
    }

    enum Size {

        SMALL, LARGE;

        @Override
        public String toString() {
            return "not its name";
        }

    }

    /** Known by the type that is declared, which names what it may be. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({ @JsonSubTypes.Type(value = Circle.class, name = "circle"),
            @JsonSubTypes.Type(value = Square.class, name = "square") })
    sealed interface Shape {

    }

    record Circle(BigDecimal radius) implements Shape {
    }

    record Square(int side) implements Shape {
    }

    @Activity
    static class Echo {

        public Everything all(Everything all) {
            return all;
        }

        public List<Pair<String, Everything>> pairs(List<Pair<String, Everything>> pairs) {
            return pairs;
        }

        public Shape shape(Shape shape) {
            return shape;
        }

        public Optional<Instant> maybe(Optional<Instant> maybe) {
            return maybe;
        }

        public String nothing(String nothing) {
            return nothing;
        }

        public void quiet(byte[] bytes) {
            if (bytes.length != 0) {
                throw new IllegalArgumentException("not empty");
            }
        }

    }

    @Workflow
    static class Echoes {

        private final Echo echo;

        private final List<Pair<String, Everything>> added = new ArrayList<>();

        private Map<Size, List<Shape>> shapes = Map.of();

        private boolean finished;

        Echoes(Echo echo) {
            this.echo = echo;
        }

        @WorkflowMethod
        Everything run(Everything all, List<Pair<String, Everything>> pairs, Shape shape) {
            Everything echoed = this.echo.all(all);
            List<Pair<String, Everything>> echoedPairs = this.echo.pairs(pairs);
            check(echoedPairs.get(0).second().price().equals(all.price()) && echoedPairs.get(1).second() == null);
            check(this.echo.shape(shape) instanceof Circle circle && circle.radius().equals(new BigDecimal("1.10")));
            Everything noted = Workflows.sideEffect(Everything.class, () -> echoed);
            Workflows.await(() -> this.finished);
            check(this.added.get(0).second().times().equals(all.times()));
            check(this.shapes.get(Size.LARGE).get(1) instanceof Square);
            return noted;
        }

        @SignalMethod
        void add(Pair<String, Everything> pair) {
            this.added.add(pair);
        }

        @SignalMethod
        void finish() {
            this.finished = true;
        }

        @UpdateMethod
        Map<Size, List<Shape>> shapes(Map<Size, List<Shape>> shapes) {
            this.shapes = shapes;
            return shapes;
        }

    }

    @Workflow
    static class Nothings {

        private final Echo echo;

        private final List<String> signals = new ArrayList<>();

        Nothings(Echo echo) {
            this.echo = echo;
        }

        @WorkflowMethod
        void run(String nothing, Optional<Instant> maybe, byte[] bytes) {
            check(nothing == null && maybe.isEmpty() && bytes.length == 0);
            check(this.echo.nothing(nothing) == null);
            check(this.echo.maybe(maybe).isEmpty());
            this.echo.quiet(bytes);
            check(Workflows.<String>sideEffect(String.class, () -> null) == null);
            Workflows.await(() -> !this.signals.isEmpty());
            check(this.signals.get(0) == null);
        }

        @SignalMethod
        void go(String nothing) {
            this.signals.add(nothing);
        }

    }

    private static void check(boolean condition) {
        if (!condition) {
            throw new IllegalStateException("It did not come back as what it was");
        }
    }

    @Workflow(taskQueue = "echoes")
    static class AreaOf {

        @WorkflowMethod
        int run(Shape shape) {
            return (shape instanceof Square square) ? square.side() * square.side() : 0;
        }

    }

}
