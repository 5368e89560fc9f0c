package dev.workflow.engine;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import dev.workflow.Workflows;
import dev.workflow.client.IdConflictPolicy;
import dev.workflow.client.IdReusePolicy;
import dev.workflow.client.OverlapPolicy;
import dev.workflow.client.ScheduleAlreadyExistsException;
import dev.workflow.client.ScheduleDescription;
import dev.workflow.client.ScheduleNotFoundException;
import dev.workflow.client.ScheduleOptions;
import dev.workflow.client.ScheduleSpec;
import dev.workflow.client.TooManyRequestsException;
import dev.workflow.failure.ApplicationFailure;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Schedules on a real database, their time moved by hand: each firing exactly once,
 * whoever competes and whatever breaks, and each overlap policy to the letter.
 */
class ScheduleFiringsIntegrationTests {

    private static final Instant MIDNIGHT = Instant.parse("2026-01-01T00:00:00Z");

    private static final ScheduleSpec HOURLY = ScheduleSpec.every(Duration.ofHours(1));

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final TestNodes.Time time = new TestNodes.Time();

    private final List<TestNode> running = new ArrayList<>();

    private TestNode node() {
        return node(UnaryOperator.identity());
    }

    private TestNode node(UnaryOperator<EngineStore> faults) {
        TestNode node = this.nodes.node(this.time)
            .workflow("Greets", (arguments) -> "hello")
            .workflow("Fails", (arguments) -> {
                throw ApplicationFailure.of("on purpose", "Test");
            })
            .workflow("Waits", (arguments) -> {
                List<String> said = new ArrayList<>();
                Workflows.onSignal("say", (signal) -> said.add(signal.get(0, String.class)));
                Workflows.await(() -> !said.isEmpty());
                if (said.contains("fail")) {
                    throw ApplicationFailure.of("as told", "Test");
                }
                if (said.contains("again")) {
                    Workflows.continueAsNew();
                }
                return said;
            });
        node.faults = faults;
        this.running.add(node.start());
        return node;
    }

    private static ScheduleService schedules(TestNode node) {
        return node.service().schedules();
    }

    private static void create(TestNode node, String id, ScheduleSpec spec, String type, ScheduleOptions options) {
        schedules(node).create(id, spec, node.request(type, null), options);
    }

    private static ScheduleOptions overlap(OverlapPolicy policy) {
        return ScheduleOptions.defaults().overlap(policy);
    }

    /** Lets time pass at once, and waits until all is done that was due by then. */
    private void pass(Duration duration) {
        this.time.advance(duration);
        this.running.forEach((node) -> node.engine().clockMoved());
        settle();
    }

    private void settle() {
        TestNode.awaitQuiet(this.running);
    }

    private void hours(int hours) {
        for (int i = 0; i < hours; i++) {
            pass(Duration.ofHours(1));
        }
    }

    private List<String> runs() {
        return this.nodes.jdbc()
            .sql("select workflow_id || ' ' || status from engine.workflow_execution "
                    + "order by started_at, continued_run_id is null, workflow_id")
            .query(String.class)
            .list();
    }

    private static String at(int hour) {
        return MIDNIGHT.plus(Duration.ofHours(hour)).toString();
    }

    private void say(TestNode node, int hour, String what) {
        node.service().signal(new WorkflowRef("s-" + at(hour), null), "say", node.json(what), null);
        settle();
    }

    // Once each

    @Test
    void eachTimeStartsOneRunWithAnIdAndARequestOfThatTime() {
        TestNode node = node();
        schedules(node).create("nightly", HOURLY, node.request("Greets", "report", "x"), ScheduleOptions.defaults());
        hours(3);
        assertThat(runs()).containsExactly("report-" + at(1) + " COMPLETED", "report-" + at(2) + " COMPLETED",
                "report-" + at(3) + " COMPLETED");
        assertThat(this.nodes.jdbc()
            .sql("select request_id from engine.workflow_execution order by started_at")
            .query(String.class)
            .list()).containsExactly("nightly@" + at(1), "nightly@" + at(2), "nightly@" + at(3));
        assertThat(this.nodes.count("select count(*) from engine.workflow_execution where search_attributes "
                + "@> '{\"ScheduleId\": \"nightly\"}'"))
            .isEqualTo(3);
        ScheduleDescription description = schedules(node).describe("nightly");
        assertThat(description.actionCount()).isEqualTo(3);
        assertThat(description.recentRuns()).extracting("workflowId").last().isEqualTo("report-" + at(3));
        assertThat(description.nextRuns()).hasSize(10).startsWith(Instant.parse(at(4)));
        assertThat(description.openRuns()).isEmpty();
    }

    /** A set of schedules that fire at random, on two nodes whose clock jumps. */
    @Test
    void nodesThatCompeteFireEachTimeExactlyOnce() {
        long seed = System.nanoTime();
        System.out.println("ScheduleFiringsIntegrationTests.nodesThatCompete…: seed " + seed);
        Random random = new Random(seed);
        TestNode one = node();
        node();
        Map<String, Duration> intervals = new TreeMap<>();
        for (int i = 0; i < 40; i++) {
            Duration interval = Duration.ofSeconds(20 + random.nextInt(600));
            intervals.put("r-" + i, interval);
            create(one, "r-" + i, ScheduleSpec.every(interval), "Greets", overlap(OverlapPolicy.ALLOW_ALL));
        }
        for (int i = 0; i < 30; i++) {
            pass(Duration.ofSeconds(1 + random.nextInt(120)));
        }
        Set<String> expected = new TreeSet<>();
        intervals.forEach((id, interval) -> {
            for (Instant t = Instant.EPOCH; !t.isAfter(this.time.instant()); t = t.plus(interval)) {
                t = t.isBefore(MIDNIGHT) ? MIDNIGHT.minusSeconds(MIDNIGHT.getEpochSecond() % interval.toSeconds()) : t;
                if (t.isAfter(MIDNIGHT)) {
                    expected.add(id + "-" + t);
                }
            }
        });
        List<String> started = this.nodes.jdbc()
            .sql("select workflow_id from engine.workflow_execution")
            .query(String.class)
            .list();
        assertThat(started).as("seed %d", seed).doesNotHaveDuplicates();
        assertThat(new TreeSet<>(started)).as("seed %d", seed).isEqualTo(expected);
    }

    /** Every third transaction rolls back just before its commit. */
    @Test
    void firingThatRollsBackHasLeftNothingAndIsRepeated() {
        AtomicInteger firings = new AtomicInteger();
        TestNode node = node((store) -> failing(store, () -> firings.incrementAndGet() % 3 == 1));
        create(node, "s", HOURLY, "Greets", ScheduleOptions.defaults());
        hours(5);
        assertThat(firings.get()).isGreaterThan(5);
        assertThat(runs()).hasSize(5).allMatch((run) -> run.endsWith("COMPLETED"));
        assertThat(this.nodes.count("select count(*) from engine.workflow_event e where not exists "
                + "(select 1 from engine.workflow_execution x where x.run_id = e.run_id)"))
            .isZero();
        assertThat(schedules(node).describe("s").actionCount()).isEqualTo(5);
    }

    private static EngineStore failing(EngineStore store, java.util.function.BooleanSupplier fails) {
        return proxy(EngineStore.class, store, (name, result) -> name.equals("schedules")
                ? proxy(ScheduleStore.class, result, (method, firing) -> firing, fails) : result, () -> false);
    }

    private static <T> T proxy(Class<T> type, Object target, java.util.function.BinaryOperator<Object> answer,
            java.util.function.BooleanSupplier fails) {
        return type
            .cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, (proxy, method, arguments) -> {
                Object[] given = (arguments != null) ? arguments.clone() : new Object[0];
                if (given.length > 0 && given[given.length - 1] instanceof Function<?, ?> work) {
                    given[given.length - 1] = (Function<Object, Object>) (firing) -> {
                        Object done = cast(work).apply(firing);
                        if (fails.getAsBoolean()) {
                            throw FaultyStore.connectionLost();
                        }
                        return done;
                    };
                }
                try {
                    return answer.apply(method.getName(), method.invoke(target, given));
                }
                catch (InvocationTargetException ex) {
                    throw ex.getTargetException();
                }
            }));
    }

    @SuppressWarnings("unchecked")
    private static Function<Object, Object> cast(Function<?, ?> work) {
        return (Function<Object, Object>) work;
    }

    @Test
    void tenThousandSchedulesFireWithinBoundsOnTwoNodes() {
        TestNode node = node();
        node();
        create(node, "one", HOURLY, "Greets", ScheduleOptions.defaults().remainingActions(1));
        this.nodes.jdbc().sql("""
                insert into engine.workflow_schedule
                select 'bulk-' || i, workflow_type, spec, template, format, reuse_policy, overlap, catch_up_window,
                       pause_on_failure, paused, note, remaining_actions, nominal_at, next_at, watching, open_runs,
                       progress, action_count, missed_count, skipped_count, problem, created_at
                from engine.workflow_schedule, generate_series(2, 10000) as i""").update();
        this.nodes.jdbc().sql("""
                update engine.workflow_schedule
                set template = replace(template, '"workflowId":"one"', '"workflowId":"' || schedule_id || '"')
                where schedule_id like 'bulk-%'""").update();
        long begin = System.nanoTime();
        this.time.advance(Duration.ofHours(1));
        this.running.forEach((one) -> one.engine().clockMoved());
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_execution") == 10_000,
                Duration.ofSeconds(60));
        System.out.println(
                "10,000 schedules were fired within " + Duration.ofNanos(System.nanoTime() - begin).toMillis() + " ms");
        TestNode.await(
                () -> this.nodes
                    .count("select count(*) from engine.workflow_execution where status = 'COMPLETED'") == 10_000,
                Duration.ofSeconds(60));
        assertThat(this.nodes.count("select count(distinct workflow_id) from engine.workflow_execution"))
            .isEqualTo(10_000);
        assertThat(this.nodes.count("select count(*) from engine.workflow_schedule where next_at is not null"))
            .isZero();
    }

    // Overlap

    @Test
    void skipLeavesOutTimesWhileARunIsOpenThroughAllThatItGoesOnIn() {
        TestNode node = node();
        create(node, "s", HOURLY, "Waits", overlap(OverlapPolicy.SKIP));
        hours(1);
        say(node, 1, "again");
        hours(2);
        say(node, 1, "end");
        hours(1);
        assertThat(runs()).containsExactly("s-" + at(1) + " CONTINUED_AS_NEW", "s-" + at(1) + " COMPLETED",
                "s-" + at(4) + " RUNNING");
        assertThat(schedules(node).describe("s").skippedCount()).isEqualTo(2);
        assertThat(schedules(node).describe("s").openRuns()).hasSize(1);
    }

    @Test
    void bufferOneStartsWhenTheOtherHasEnded() {
        TestNode node = node();
        create(node, "s", HOURLY, "Waits", overlap(OverlapPolicy.BUFFER_ONE));
        hours(3);
        assertThat(runs()).containsExactly("s-" + at(1) + " RUNNING");
        assertThat(schedules(node).describe("s").waitingCount()).isEqualTo(1);
        say(node, 1, "end");
        assertThat(runs()).containsExactly("s-" + at(1) + " COMPLETED", "s-" + at(2) + " RUNNING");
        assertThat(schedules(node).describe("s").skippedCount()).isEqualTo(1);
    }

    @Test
    void bufferAllStartsOneAfterTheOther() {
        TestNode node = node();
        create(node, "s", HOURLY, "Waits", overlap(OverlapPolicy.BUFFER_ALL));
        hours(3);
        say(node, 1, "end");
        say(node, 2, "fail");
        assertThat(runs()).containsExactly("s-" + at(1) + " COMPLETED", "s-" + at(2) + " FAILED",
                "s-" + at(3) + " RUNNING");
    }

    /** The end is seen by another node, which was not told of it. */
    @Test
    void bufferedRunStartsThoughTheNodeThatFiredIsGone() {
        TestNode first = node();
        create(first, "s", HOURLY, "Waits", overlap(OverlapPolicy.BUFFER_ALL));
        hours(2);
        first.close();
        this.running.remove(first);
        TestNode second = node();
        say(second, 1, "end");
        assertThat(runs()).containsExactly("s-" + at(1) + " COMPLETED", "s-" + at(2) + " RUNNING");
    }

    @Test
    void cancelOtherWaitsForTheEndOfWhatItCancels() {
        TestNode node = node();
        create(node, "s", HOURLY, "Waits", overlap(OverlapPolicy.CANCEL_OTHER));
        hours(2);
        assertThat(runs()).containsExactly("s-" + at(1) + " CANCELED", "s-" + at(2) + " RUNNING");
        assertThat(TestNode.types(node.service(), "s-" + at(1))).filteredOn("WorkflowExecutionCancelRequested"::equals)
            .hasSize(1);
    }

    @Test
    void terminateOtherEndsIt() {
        TestNode node = node();
        create(node, "s", HOURLY, "Waits", overlap(OverlapPolicy.TERMINATE_OTHER));
        hours(3);
        assertThat(runs()).containsExactly("s-" + at(1) + " TERMINATED", "s-" + at(2) + " TERMINATED",
                "s-" + at(3) + " RUNNING");
    }

    @Test
    void allowAllStartsThemSideBySide() {
        TestNode node = node();
        create(node, "s", HOURLY, "Waits", overlap(OverlapPolicy.ALLOW_ALL));
        hours(3);
        assertThat(runs()).hasSize(3).allMatch((run) -> run.endsWith("RUNNING"));
        schedules(node).trigger("s", OverlapPolicy.TERMINATE_OTHER);
        settle();
        assertThat(runs()).hasSize(4).filteredOn((run) -> run.endsWith("TERMINATED")).hasSize(3);
    }

    // What was missed, what is made up

    @Test
    void whatWasMissedIsMadeUpWithinTheWindow() {
        TestNode first = node();
        create(first, "s", HOURLY, "Greets", overlap(OverlapPolicy.ALLOW_ALL).catchUpWindow(Duration.ofHours(3)));
        settle();
        first.close();
        this.running.remove(first);
        this.time.advance(Duration.ofHours(10));
        TestNode second = node();
        settle();
        assertThat(runs()).containsExactly("s-" + at(7) + " COMPLETED", "s-" + at(8) + " COMPLETED",
                "s-" + at(9) + " COMPLETED", "s-" + at(10) + " COMPLETED");
        assertThat(schedules(second).describe("s").missedCount()).isEqualTo(6);
    }

    @Test
    void backfillStartsWhatWasDueInThePeriodAlsoForTheSecondTimeAndWhilePaused() {
        TestNode node = node();
        create(node, "s", HOURLY, "Greets", ScheduleOptions.defaults().paused(true).note("not yet"));
        for (int i = 0; i < 2; i++) {
            schedules(node).backfill("s", MIDNIGHT.minus(Duration.ofHours(30)), MIDNIGHT, OverlapPolicy.BUFFER_ALL);
            settle();
        }
        assertThat(runs()).hasSize(62).allMatch((run) -> run.endsWith("COMPLETED"));
        assertThat(this.nodes.count("select count(distinct workflow_id) from engine.workflow_execution")).isEqualTo(31);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> schedules(node).backfill("s", MIDNIGHT, MIDNIGHT.minusSeconds(1), null))
            .withMessageStartingWith("to: expected an instant that is not before");
    }

    @Test
    void periodThatIsToComeIsNotMadeUp() {
        TestNode node = node();
        create(node, "s", HOURLY, "Greets", overlap(OverlapPolicy.ALLOW_ALL));
        assertThatIllegalArgumentException()
            .isThrownBy(() -> schedules(node).backfill("s", MIDNIGHT, MIDNIGHT.plus(Duration.ofDays(30_000)), null))
            .withMessageStartingWith("to: expected an instant that has passed");
        schedules(node).backfill("s", MIDNIGHT, MIDNIGHT.plusSeconds(1), null);
        settle();
        assertThat(runs()).containsExactly("s-" + at(0) + " COMPLETED");
    }

    @Test
    void pauseStopsWhatIsBeingMadeUp() {
        TestNode node = node();
        create(node, "s", HOURLY, "Waits", ScheduleOptions.defaults());
        schedules(node).backfill("s", MIDNIGHT.minus(Duration.ofHours(30)), MIDNIGHT, OverlapPolicy.BUFFER_ALL);
        settle();
        assertThat(schedules(node).describe("s").waitingCount()).isPositive();
        schedules(node).pause("s", "enough");
        settle();
        say(node, -30, "end");
        assertThat(runs()).containsExactly("s-" + at(-30) + " COMPLETED");
        assertThat(schedules(node).describe("s").waitingCount()).isZero();
    }

    @Test
    void moreThanCanWaitIsRefused() {
        TestNode node = node();
        create(node, "s", HOURLY, "Waits", ScheduleOptions.defaults());
        this.nodes.transaction().executeWithoutResult((status) -> {
            for (int i = 0; i < 1_000; i++) {
                schedules(node).trigger("s", null);
            }
            assertThatExceptionOfType(TooManyRequestsException.class)
                .isThrownBy(() -> schedules(node).trigger("s", null))
                .withMessageStartingWith("Of schedule 's' 1000 starts wait: expected fewer than 1000");
            for (int i = 0; i < 100; i++) {
                schedules(node).backfill("s", MIDNIGHT, MIDNIGHT, null);
            }
            assertThatExceptionOfType(TooManyRequestsException.class)
                .isThrownBy(() -> schedules(node).backfill("s", MIDNIGHT, MIDNIGHT, null))
                .withMessageStartingWith("Of schedule 's' 100 periods are being made up");
            status.setRollbackOnly();
        });
    }

    @Test
    void triggerStartsARunAtOnceEachWithATimeOfItsOwn() {
        TestNode node = node();
        create(node, "s", HOURLY, "Waits", ScheduleOptions.defaults());
        schedules(node).trigger("s", null);
        schedules(node).trigger("s", OverlapPolicy.ALLOW_ALL);
        schedules(node).trigger("s", null);
        settle();
        assertThat(runs()).containsExactly("s-2026-01-01T00:00:00.000001Z RUNNING", "s-2026-01-01T00:00:00Z RUNNING");
        assertThat(schedules(node).describe("s").actionCount()).isEqualTo(2);
        hours(1);
        assertThat(schedules(node).describe("s").skippedCount()).isEqualTo(2);
    }

    // Settings

    @Test
    void pausedScheduleStartsNothingAndMakesNothingUp() {
        TestNode node = node();
        create(node, "s", HOURLY, "Greets", ScheduleOptions.defaults());
        hours(1);
        schedules(node).pause("s", "holidays");
        hours(3);
        ScheduleDescription paused = schedules(node).describe("s");
        assertThat(paused.paused()).isTrue();
        assertThat(paused.note()).isEqualTo("holidays");
        assertThat(paused.nextRuns()).isEmpty();
        schedules(node).unpause("s", "back");
        hours(1);
        assertThat(runs()).containsExactly("s-" + at(1) + " COMPLETED", "s-" + at(5) + " COMPLETED");
        assertThat(schedules(node).describe("s").note()).isEqualTo("back");
    }

    @Test
    void scheduleWhoseRunFailsPausesItself() {
        TestNode node = node();
        create(node, "s", HOURLY, "Fails", ScheduleOptions.defaults().pauseOnFailure(true));
        hours(3);
        assertThat(runs()).containsExactly("s-" + at(1) + " FAILED");
        assertThat(schedules(node).describe("s").paused()).isTrue();
        assertThat(schedules(node).describe("s").note()).contains("s-" + at(1)).contains("FAILED");
    }

    @Test
    void onlySoManyRunsAreStarted() {
        TestNode node = node();
        create(node, "s", HOURLY, "Greets", ScheduleOptions.defaults().remainingActions(2));
        assertThat(schedules(node).describe("s").nextRuns()).hasSize(2);
        hours(4);
        assertThat(runs()).hasSize(2);
        assertThat(schedules(node).describe("s").nextRuns()).isEmpty();
        schedules(node).update("s", null, ScheduleOptions.defaults().remainingActions(1));
        hours(2);
        assertThat(runs()).hasSize(3).last().isEqualTo("s-" + at(5) + " COMPLETED");
    }

    @Test
    void updateChangesTimesAndBehaviourFromNowOn() {
        TestNode node = node();
        create(node, "s", HOURLY, "Waits", ScheduleOptions.defaults().note("first"));
        hours(1);
        schedules(node).update("s", ScheduleSpec.cron("30 * * * *"),
                ScheduleOptions.defaults().overlap(OverlapPolicy.ALLOW_ALL));
        pass(Duration.ofMinutes(30));
        assertThat(runs()).containsExactly("s-" + at(1) + " RUNNING", "s-2026-01-01T01:30:00Z RUNNING");
        ScheduleDescription description = schedules(node).describe("s");
        assertThat(description.note()).isEqualTo("first");
        assertThat(description.options().overlap()).isEqualTo(OverlapPolicy.ALLOW_ALL);
        assertThat(description.spec()).isEqualTo(ScheduleSpec.cron("30 * * * *"));
    }

    /** Its time has come, and it is put off by the jitter. */
    @Test
    void updateForgetsNothingThatIsDue() {
        TestNode node = node();
        create(node, "s", HOURLY.jitter(Duration.ofMinutes(59)), "Greets", ScheduleOptions.defaults());
        pass(Duration.ofHours(1));
        assertThat(runs()).isEmpty();
        schedules(node).update("s", ScheduleSpec.cron("30 * * * *"), ScheduleOptions.defaults());
        settle();
        assertThat(runs()).containsExactly("s-" + at(1) + " COMPLETED");
        pass(Duration.ofMinutes(30));
        assertThat(runs()).containsExactly("s-" + at(1) + " COMPLETED", "s-2026-01-01T01:30:00Z COMPLETED");
    }

    @Test
    void deletedScheduleStartsNothingMoreAndItsRunsGoOn() {
        TestNode node = node();
        create(node, "s", HOURLY, "Waits", ScheduleOptions.defaults());
        hours(1);
        schedules(node).delete("s");
        hours(1);
        assertThat(runs()).containsExactly("s-" + at(1) + " RUNNING");
        assertThatExceptionOfType(ScheduleNotFoundException.class).isThrownBy(() -> schedules(node).describe("s"));
        assertThatExceptionOfType(ScheduleNotFoundException.class).isThrownBy(() -> schedules(node).delete("s"));
        assertThatExceptionOfType(ScheduleNotFoundException.class).isThrownBy(() -> schedules(node).pause("s", ""));
        assertThatExceptionOfType(ScheduleNotFoundException.class).isThrownBy(() -> schedules(node).trigger("s", null));
    }

    @Test
    void schedulesAreListedById() {
        TestNode node = node();
        for (String id : List.of("b", "a", "C")) {
            create(node, id, HOURLY, "Greets", ScheduleOptions.defaults());
        }
        assertThat(schedules(node).list("", 2)).extracting(ScheduleDescription::scheduleId).containsExactly("C", "a");
        assertThat(schedules(node).list("a", 2)).extracting(ScheduleDescription::scheduleId).containsExactly("b");
    }

    @Test
    void whatCannotBeScheduledIsRefused() {
        TestNode node = node();
        create(node, "s", HOURLY, "Greets", ScheduleOptions.defaults());
        assertThatExceptionOfType(ScheduleAlreadyExistsException.class)
            .isThrownBy(() -> create(node, "s", HOURLY, "Greets", ScheduleOptions.defaults()));
        assertThatExceptionOfType(UnknownWorkflowTypeException.class)
            .isThrownBy(() -> create(node, "t", HOURLY, "Unknown", ScheduleOptions.defaults()));
        StartRequest given = node.request("Greets", null);
        StartRequest withRequest = new StartRequest("Greets", null, null, given.input(), "mine",
                IdReusePolicy.ALLOW_DUPLICATE, IdConflictPolicy.FAIL, null, null, null, null, null, Map.of(), Map.of(),
                3, null, null);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> schedules(node).create("t", HOURLY, withRequest, ScheduleOptions.defaults()))
            .withMessageStartingWith("requestId: expected nothing");
        assertThatIllegalArgumentException()
            .isThrownBy(() -> create(node, "x".repeat(961), HOURLY, "Greets", ScheduleOptions.defaults()))
            .withMessageContaining("at most 960 characters");
        assertThat(schedules(node).list("", 10)).hasSize(1);
    }

    // With others

    @Test
    void whatTheCallersTransactionRollsBackHasNotHappened() {
        TestNode node = node();
        this.nodes.transaction().executeWithoutResult((status) -> {
            create(node, "s", HOURLY, "Greets", ScheduleOptions.defaults());
            schedules(node).trigger("s", null);
            assertThat(schedules(node).describe("s").waitingCount()).isEqualTo(1);
            status.setRollbackOnly();
        });
        assertThat(schedules(node).list("", 10)).isEmpty();
        this.nodes.transaction()
            .executeWithoutResult((status) -> create(node, "s", HOURLY, "Greets", ScheduleOptions.defaults()));
        hours(1);
        this.nodes.transaction().executeWithoutResult((status) -> {
            schedules(node).pause("s", "not really");
            schedules(node).backfill("s", MIDNIGHT, MIDNIGHT, null);
            status.setRollbackOnly();
        });
        this.nodes.transaction().executeWithoutResult((status) -> schedules(node).trigger("s", null));
        settle();
        assertThat(runs()).hasSize(2);
        assertThat(schedules(node).describe("s").paused()).isFalse();
    }

    /** A row that a caller holds delays nobody else's. */
    @Test
    void scheduleThatACallerHoldsIsPassedBy() {
        TestNode node = node();
        create(node, "held", HOURLY, "Greets", ScheduleOptions.defaults());
        create(node, "free", HOURLY, "Greets", ScheduleOptions.defaults());
        this.nodes.transaction().executeWithoutResult((status) -> {
            schedules(node).update("held", null, ScheduleOptions.defaults().note("being changed"));
            this.time.advance(Duration.ofHours(1));
            node.engine().clockMoved();
            TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_execution") == 1);
        });
        settle();
        assertThat(runs()).containsExactly("free-" + at(1) + " COMPLETED", "held-" + at(1) + " COMPLETED");
    }

    @Test
    void scheduleThatCannotBeFiredHoldsUpNoOtherAndSaysWhy() {
        TestNode node = node();
        create(node, "bad", HOURLY, "Greets", ScheduleOptions.defaults());
        create(node, "good", HOURLY, "Greets", ScheduleOptions.defaults());
        this.nodes.jdbc().sql("update engine.workflow_schedule set template = '{' where schedule_id = 'bad'").update();
        pass(Duration.ofHours(1));
        assertThat(runs()).containsExactly("good-" + at(1) + " COMPLETED");
        assertThat(schedules(node).describe("bad").problem()).isNotEmpty();
        node.engine().gauges().countBacklogs();
        ScheduleGauges gauges = node.engine().gauges().scheduleGauges();
        assertThat(gauges.count()).isEqualTo(2);
        assertThat(gauges.failing()).isEqualTo(1);
        this.nodes.jdbc().sql("""
                update engine.workflow_schedule b set template = replace(g.template, 'good', 'bad')
                from engine.workflow_schedule g where g.schedule_id = 'good' and b.schedule_id = 'bad'""").update();
        pass(Duration.ofSeconds(30));
        assertThat(runs()).containsExactly("good-" + at(1) + " COMPLETED", "bad-" + at(1) + " COMPLETED");
        assertThat(schedules(node).describe("bad").problem()).isEmpty();
    }

    /** Somebody is about to start a workflow of the very id of a scheduled run. */
    @Test
    void uncommittedStartOfTheSameIdDelaysThatScheduleOnly() {
        TestNode node = node();
        create(node, "s", HOURLY, "Greets", ScheduleOptions.defaults());
        create(node, "t", HOURLY, "Greets", ScheduleOptions.defaults());
        this.nodes.transaction().executeWithoutResult((status) -> {
            node.begin("Waits", "s-" + at(1));
            this.time.advance(Duration.ofHours(1));
            node.engine().clockMoved();
            TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_execution") == 1);
            status.setRollbackOnly();
        });
        pass(Duration.ofSeconds(2));
        assertThat(runs()).containsExactlyInAnyOrder("t-" + at(1) + " COMPLETED", "s-" + at(1) + " COMPLETED");
    }

    /** Another version wrote them, or this JVM does not know the zone. */
    @Test
    void rowThatThisNodeCannotReadHoldsUpNoOtherAndSaysWhy() {
        TestNode node = node();
        for (String id : List.of("progress", "zone", "policy", "good")) {
            create(node, id, HOURLY.timeZone(ZoneId.of("Europe/Berlin")), "Greets", ScheduleOptions.defaults());
        }
        this.nodes.jdbc().sql("""
                update engine.workflow_schedule set
                  spec = case schedule_id when 'zone' then replace(spec, 'Europe/Berlin', 'Moon/Base') else spec end,
                  overlap = case schedule_id when 'policy' then 'NEWER' else overlap end,
                  progress = case schedule_id when 'progress' then '{' else progress end""").update();
        pass(Duration.ofHours(1));
        assertThat(runs()).containsExactly("good-" + at(1) + " COMPLETED");
        assertThat(schedules(node).list("", 10)).hasSize(4)
            .filteredOn((schedule) -> !schedule.problem().isEmpty())
            .allMatch((schedule) -> schedule.nextRuns().isEmpty())
            .extracting(ScheduleDescription::scheduleId)
            .containsExactly("policy", "progress", "zone");
        assertThat(schedules(node).describe("zone").problem()).contains("Moon/Base");
        assertThatIllegalStateException().isThrownBy(() -> schedules(node).pause("zone", ""))
            .withMessageStartingWith("Schedule 'zone' cannot be read on this node");
        schedules(node).delete("policy");
        this.nodes.jdbc()
            .sql("update engine.workflow_schedule set spec = replace(spec, 'Moon/Base', 'Europe/Berlin')")
            .update();
        pass(Duration.ofSeconds(30));
        assertThat(runs()).containsExactly("good-" + at(1) + " COMPLETED", "zone-" + at(1) + " COMPLETED");
        assertThat(schedules(node).describe("zone").problem()).isEmpty();
    }

    /** Retention deletes closed runs of a chain that goes on. */
    @Test
    void chainWhoseRememberedRunWasDeletedIsStillFollowed() {
        TestNode node = node();
        create(node, "s", HOURLY, "Waits", overlap(OverlapPolicy.BUFFER_ONE));
        hours(1);
        say(node, 1, "again");
        this.nodes.jdbc()
            .sql("delete from engine.workflow_event where run_id in "
                    + "(select run_id from engine.workflow_execution where status = 'CONTINUED_AS_NEW')")
            .update();
        this.nodes.jdbc().sql("delete from engine.workflow_execution where status = 'CONTINUED_AS_NEW'").update();
        hours(1);
        assertThat(runs()).containsExactly("s-" + at(1) + " RUNNING");
        assertThat(schedules(node).describe("s").openRuns()).hasSize(1);
        say(node, 1, "end");
        assertThat(runs()).containsExactly("s-" + at(1) + " COMPLETED", "s-" + at(2) + " RUNNING");
    }

    @Test
    void scheduledRunsOfAPausedTypeWaitForItsReturn() {
        TestNode node = node();
        create(node, "s", HOURLY, "Greets", ScheduleOptions.defaults());
        Operator operator = new Operator("alice", "maintenance");
        node.service().operator().pause(EngineStore.Control.Kind.WORKFLOW_TYPE, "Greets", operator);
        TestNode.await(() -> node.engine().controls().isPaused("Greets", TestNode.QUEUE));
        this.time.advance(Duration.ofHours(1));
        node.engine().clockMoved();
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_execution") == 1);
        node.engine().poller().wake();
        TestNode.await(() -> node.engine().poller().isIdle());
        assertThat(runs()).containsExactly("s-" + at(1) + " RUNNING");
        node.service().operator().unpause(EngineStore.Control.Kind.WORKFLOW_TYPE, "Greets");
        TestNode.await(() -> runs().equals(List.of("s-" + at(1) + " COMPLETED")));
    }

    @Test
    void clientThatDoesNotWorkWakesWhoDoes() {
        TestNode client = this.nodes.node(this.time)
            .workflow("Greets", (arguments) -> "hello")
            .settings(TestNode.Settings::clientOnly)
            .start();
        node();
        create(client, "s", HOURLY, "Greets", ScheduleOptions.defaults());
        schedules(client).trigger("s", null);
        TestNode.await(() -> runs().equals(List.of("s-" + at(0) + " COMPLETED")));
    }

}
