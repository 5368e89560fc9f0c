package dev.workflow.store;

import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;

import javax.sql.DataSource;

import dev.workflow.CancellationType;
import dev.workflow.engine.EngineStore;
import dev.workflow.engine.EngineStore.ActivityKey;
import dev.workflow.engine.EngineStore.ClaimedActivity;
import dev.workflow.engine.EngineStore.SlotRequest;
import dev.workflow.engine.Transition;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.RetryPolicy;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;

/** Attempts are counted before they begin, and only one end of them counts. */
class ActivityTableIntegrationTests {

    private static final DataSource DATABASE = TestPostgres.newDatabase("engine");

    @AutoClose
    private final TestConnections connections = new TestConnections(DATABASE, SessionSettings.sql());

    private final EngineStore store = new JdbcEngineStore(this.connections, DATABASE, "engine", Transitions::now);

    private final JdbcClient jdbc = JdbcClient.create(DATABASE);

    private final String type = "Act-" + UUID.randomUUID();

    private final long owner = 1_000 + ThreadLocalRandom.current().nextInt(1_000_000_000);

    private ActivityKey ordered(boolean claimed) {
        UUID run = UUID.randomUUID();
        this.store.commit(List.of(Transitions.start(run, run.toString(), this.owner)));
        Instant now = Transitions.now();
        ActivityTaskScheduled event = new ActivityTaskScheduled(2, now, "2", this.type, "q", new Json("[]"), null, null,
                Duration.ofMinutes(1), null,
                new RetryPolicy(Duration.ofMillis(10), 2, Duration.ofSeconds(1), 0, List.of()),
                CancellationType.TRY_CANCEL, null, 3, Map.of());
        this.store.commit(List.of(new Transition(run, this.owner, 1, 1, 2, null, null, List.of(Transitions.row(event)),
                List.of(new Transition.ActivityRow(2, this.type, "q", 3, claimed, now)), List.of(), List.of(),
                List.of(), Map.of(), null, null, null)));
        return new ActivityKey(run, 2);
    }

    private List<ClaimedActivity> claim(long node, int slots, Instant now) {
        return this.store.claimActivities(node, List.of(new SlotRequest("q", List.of(this.type), slots)), now);
    }

    private ClaimedActivity claim() {
        return claim(this.owner, 1, Transitions.now().plusSeconds(3600)).getFirst();
    }

    private EngineStore.@Nullable Delivered outcome(ActivityKey key, int attempt, long node) {
        return this.store.deliverOutcome(key, attempt, node, "{}", Transitions.now());
    }

    @Test
    void attemptIsCountedByTheOrderOrTheClaimAndHandedBackUnburned() {
        ActivityKey here = ordered(true);
        assertThat(this.store.activity(here)).extracting(ClaimedActivity::attempt).isEqualTo(1);
        assertThat(claim(this.owner, 5, Transitions.now())).as("it runs already").isEmpty();
        ActivityKey anywhere = ordered(false);
        assertThat(this.store.activity(anywhere)).extracting(ClaimedActivity::attempt).isEqualTo(0);
        assertThat(claim().attempt()).isEqualTo(1);
        this.store.handBack(this.owner, Map.of(anywhere, 1));
        ClaimedActivity again = claim();
        assertThat(again.key()).isEqualTo(anywhere);
        assertThat(again.attempt()).isEqualTo(1);
    }

    @Test
    void handingBackAnAttemptLeavesThatWhichHasTakenItsPlace() {
        ActivityKey key = ordered(true);
        assertThat(this.store.retryLater(key, 1, this.owner, Transitions.now(), "{}")).isTrue();
        assertThat(claim().attempt()).isEqualTo(2);
        this.store.handBack(this.owner, Map.of(key, 1));
        assertThat(claim(this.owner, 5, Transitions.now().plusSeconds(3600))).as("the second attempt runs").isEmpty();
        assertThat(outcome(key, 2, this.owner)).isNotNull();
    }

    @Test
    void handingBackWhatIsCompletedFromOutsideKeepsItsAttempt() {
        ActivityKey key = ordered(true);
        assertThat(this.store.completesLater(key, 1, this.owner, Transitions.now(), Transitions.now())).isTrue();
        assertThat(claim().completesLater()).isTrue();
        this.store.handBack(this.owner, Map.of(key, 1));
        assertThat(this.store.activity(key)).extracting(ClaimedActivity::attempt).isEqualTo(1);
        assertThat(outcome(key, 1, 0)).as("its token is good still").isNotNull();
    }

    /** Somebody has to say that it is canceled, paused or not. */
    @Test
    void pausedActivityThatIsCanceledIsDueWhateverEndsItsAttempt() {
        ActivityKey key = ordered(true);
        this.jdbc.sql("""
                update engine.workflow_activity_task set paused = 1, cancel_requested = true where run_id = ?""")
            .param(key.runId())
            .update();
        this.store.releaseDead(this.owner, Transitions.now(), 100, () -> true);
        int attempt = claim().attempt();
        assertThat(this.store.retryLater(key, attempt, this.owner, Transitions.now(), "{}")).isTrue();
        attempt = claim().attempt();
        assertThat(this.store.postpone(key, attempt, this.owner, Transitions.now(), "{}")).isTrue();
        attempt = claim().attempt();
        this.store.handBack(this.owner, Map.of(key, attempt));
        assertThat(claim().key()).isEqualTo(key);
    }

    @Test
    void attemptThatWasLostWithItsNodeIsRecordedAndTheNextOneCounted() {
        ActivityKey key = ordered(true);
        this.store.releaseDead(this.owner, Transitions.now(), 100, () -> true);
        ClaimedActivity next = claim();
        assertThat(next.key()).isEqualTo(key);
        assertThat(next.attempt()).isEqualTo(2);
        assertThat(next.lastFailure()).contains("AttemptLost");
        assertThat(outcome(key, 1, this.owner)).as("the lost attempt's result").isNull();
        assertThat(this.store.retryLater(key, 1, this.owner, Transitions.now(), "{}")).isFalse();
        assertThat(this.store.heartbeat(key, 1, null, null)).isEmpty();
        assertThat(outcome(key, 2, this.owner + 1)).as("of a node that does not run it").isNull();
        assertThat(outcome(key, 2, this.owner)).isNotNull();
    }

    @Test
    void onlyOneEndCountsAndNobodyClaimsWhatHasOne() {
        ActivityKey key = ordered(true);
        assertThat(outcome(key, 1, this.owner)).isNotNull();
        assertThat(outcome(key, 1, this.owner)).isNull();
        assertThat(outcome(key, 1, 0)).isNull();
        assertThat(this.store.seize(key, false)).isEmpty();
        this.store.releaseDead(this.owner, Transitions.now(), 100, () -> true);
        assertThat(claim(this.owner + 1, 5, Transitions.now().plusSeconds(60))).isEmpty();
    }

    @Test
    void seizedActivityCannotEndAnyMore() {
        ActivityKey key = ordered(true);
        assertThat(this.store.seize(key, true)).as("it has begun").isEmpty();
        assertThat(this.store.seize(key, false)).isPresent();
        assertThat(outcome(key, 1, this.owner)).isNull();
        assertThat(outcome(key, 1, 0)).as("a completion from outside").isNull();
        assertThat(this.store.retryLater(key, 1, this.owner, Transitions.now(), "{}")).isFalse();
        assertThat(this.store.retryLater(key, 1, null, Transitions.now(), "{}")).as("a failure from outside").isFalse();
        assertThat(this.store.completesLater(key, 1, this.owner, Transitions.now(), Transitions.now())).isFalse();
        this.store.sweep(Transitions.now());
        assertThat(claim(this.owner, 5, Transitions.now().plusSeconds(60))).isEmpty();
        ActivityKey unstarted = ordered(false);
        assertThat(this.store.seize(unstarted, true)).isPresent();
    }

    @Test
    void resultThatIsBeingCommittedIsNotSeized() throws Exception {
        ActivityKey key = ordered(true);
        try (Connection user = DATABASE.getConnection()) {
            user.setAutoCommit(false);
            MessageTable messages = new MessageTable(new Sessions(DATABASE, "engine"));
            assertThat(messages.deliverOutcome(user, key, 1, this.owner, "{}", Transitions.now())).isNotNull();
            assertThat(this.store.seize(key, false)).isEmpty();
            this.store.releaseDead(this.owner, Transitions.now(), 100, () -> true);
            assertThat(claim(this.owner + 1, 5, Transitions.now().plusSeconds(60))).isEmpty();
            user.commit();
        }
        assertThat(this.store.seize(key, false)).isEmpty();
    }

    @Test
    void ofATimeOutAndACompletionAtTheSameTimeExactlyOneCounts() throws Exception {
        int completions = 0;
        int rounds = 400;
        for (int round = 0; round < rounds; round++) {
            ActivityKey key = ordered(true);
            boolean outside = round % 2 == 0;
            CyclicBarrier together = new CyclicBarrier(2);
            CompletableFuture<Boolean> completion = CompletableFuture.supplyAsync(() -> {
                arrive(together);
                return outcome(key, 1, outside ? 0 : this.owner) != null;
            });
            arrive(together);
            boolean seized = this.store.seize(key, false).isPresent();
            boolean completed = completion.get();
            assertThat(seized && completed).as("both in round " + round).isFalse();
            completions += completed ? 1 : 0;
        }
        assertThat(completions).isBetween(1, rounds - 1);
    }

    private static void arrive(CyclicBarrier barrier) {
        try {
            barrier.await();
        }
        catch (Exception ex) {
            throw new IllegalStateException(ex);
        }
    }

    @Test
    void activityThatATerminatedRunCouldNotTakeWithItIsNeverTriedAgain() throws Exception {
        ActivityKey key = ordered(true);
        try (Connection holder = DATABASE.getConnection(); Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("select 1 from engine.workflow_activity_task where run_id = '" + key.runId()
                    + "' for no key update");
            assertThat(this.store.terminate(key.runId(),
                    new EngineStore.Termination("{}", null, null, (order) -> null, "null"), Transitions.now()))
                .isNotNull();
            holder.commit();
        }
        assertThat(this.store.ownedActivities(this.owner)).containsExactly(key);
        this.store.releaseStrayActivities(this.owner, List.of(key), Transitions.now());
        this.store.releaseDead(this.owner, Transitions.now(), 100, () -> true);
        this.store.sweep(Transitions.now());
        assertThat(claim(this.owner, 5, Transitions.now().plusSeconds(60))).isEmpty();
        ActivityKey other = ordered(true);
        this.store.forgetActivities(other.runId());
        this.store.forgetActivities(key.runId());
        assertThat(this.store.ownedActivities(this.owner)).as("only of a run that has ended").containsExactly(other);
    }

    @Test
    void activityThatThisVersionCannotReadIsPutOffUnburnedAndHoldsUpNoOther() {
        ActivityKey newer = ordered(false);
        ActivityKey other = ordered(false);
        this.jdbc.sql("update engine.workflow_event set format = 99 where run_id = ? and event_id = ?")
            .params(newer.runId(), newer.scheduledEventId())
            .update();
        Instant now = Transitions.now().plusSeconds(1);
        assertThat(claim(this.owner, 5, now)).extracting(EngineStore.ClaimedActivity::key).containsExactly(other);
        assertThat(this.store.ownedActivities(this.owner)).containsExactly(other);
        assertThat(claim(this.owner, 5, now.plusSeconds(5))).as("not first again").isEmpty();
        this.jdbc.sql("update engine.workflow_event set format = 1 where run_id = ?").param(newer.runId()).update();
        assertThat(claim(this.owner, 5, now.plusSeconds(120))).singleElement()
            .satisfies((claimed) -> assertThat(claimed.attempt()).isEqualTo(1));
    }

    @Test
    void claimTakesNoMoreThanTheFreeSlotsByPriority() {
        for (int i = 0; i < 10; i++) {
            ordered(false);
        }
        assertThat(claim(this.owner, 3, Transitions.now())).hasSize(3);
        assertThat(claim(this.owner, 20, Transitions.now())).hasSize(7);
    }

}
