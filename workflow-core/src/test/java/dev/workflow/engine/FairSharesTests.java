package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Who gets the slots, with as many rows as anybody could wish for. */
class FairSharesTests {

    private static final FairShares.Source SOURCE = new FairShares.Source("", "T");

    /** As of activities in transactions, of which fewer may run at once. */
    private static final FairShares.Source SCARCE = new FairShares.Source("", "S");

    private final Map<String, Double> weights = new HashMap<>();

    private final FairShares shares = new FairShares((key) -> this.weights.getOrDefault(key, 1.0));

    private final Map<String, Integer> claimed = new HashMap<>();

    private static EngineStore.SlotRequest slots(int number, String... types) {
        return new EngineStore.SlotRequest("q", List.of(types), number);
    }

    private void waits(int priority, String... keys) {
        for (String key : keys) {
            this.shares.waits(priority, SOURCE, key, Instant.EPOCH);
        }
    }

    private void waitsForScarce(String... keys) {
        for (String key : keys) {
            this.shares.waits(3, SCARCE, key, Instant.EPOCH);
        }
    }

    private List<FairnessStore.Grant> round(int slots) {
        return round(slots(slots, "T"));
    }

    /** One round in which every slot is used that was granted. */
    private List<FairnessStore.Grant> round(EngineStore.SlotRequest... requests) {
        List<FairnessStore.Grant> grants = this.shares.grant(List.of(requests));
        for (FairnessStore.Grant grant : grants) {
            this.shares.claimed(grant, grant.slots());
            this.claimed.merge(grant.key(), grant.slots(), Integer::sum);
        }
        this.shares.settle(grants);
        return grants;
    }

    private void rounds(int number, int slots) {
        for (int i = 0; i < number; i++) {
            round(slots);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 3, 8, 50 })
    void sharesAreAsTheWeights(int slots) {
        this.weights.putAll(Map.of("b", 2.0, "c", 5.0));
        waits(3, "a", "b", "c");
        rounds(8 * 100, slots);
        assertThat(this.claimed.get("a")).isCloseTo(100 * slots, within(2));
        assertThat(this.claimed.get("b")).isCloseTo(200 * slots, within(2));
        assertThat(this.claimed.get("c")).isCloseTo(500 * slots, within(2));
    }

    @Test
    void sharesOfManyKeysAreAsTheirWeightsWhoeverComesAndGoes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> always = IntStream.range(0, 20).mapToObj((i) -> "k" + i).toList();
        always.forEach((key) -> this.weights.put(key, 0.5 + random.nextInt(20) / 2.0));
        always.forEach((key) -> waits(3, key));
        for (int i = 0; i < 20_000; i++) {
            String guest = "guest" + random.nextInt(5);
            if (random.nextBoolean()) {
                waits(3, guest);
            }
            else {
                this.shares.waitsNot(3, SOURCE, guest);
            }
            round(1 + random.nextInt(7));
        }
        double all = always.stream().mapToInt(this.claimed::get).sum();
        double weight = always.stream().mapToDouble(this.weights::get).sum();
        for (String key : always) {
            assertThat(this.claimed.get(key) / all).as("%s, seed %d", key, seed)
                .isCloseTo(this.weights.get(key) / weight, within(0.002));
        }
    }

    @Test
    void whoComesLaterIsNextAndCatchesUpOnNothing() {
        waits(3, "old");
        rounds(1_000, 1);
        waits(3, "new");
        assertThat(round(2)).extracting(FairnessStore.Grant::key).containsExactlyInAnyOrder("old", "new");
        this.claimed.clear();
        rounds(100, 1);
        assertThat(this.claimed.get("old")).isCloseTo(50, within(1));
    }

    /** Else a key that comes and goes would always be first. */
    @Test
    void whoLeavesAheadComesBackAhead() {
        this.weights.put("slow", 0.1);
        waits(3, "slow", "a", "b");
        rounds(3, 1);
        for (int i = 0; i < 10; i++) {
            this.shares.waitsNot(3, SOURCE, "slow");
            rounds(1, 1);
            waits(3, "slow");
            rounds(1, 1);
        }
        assertThat(this.claimed.get("slow")).isLessThanOrEqualTo(3);
    }

    @Test
    void whoIsFewGetsNoMoreThanItHasAndOwesNothing() {
        waits(3, "many", "few");
        for (int i = 0; i < 10; i++) {
            List<FairnessStore.Grant> grants = this.shares.grant(List.of(slots(10, "T")));
            for (FairnessStore.Grant grant : grants) {
                this.shares.claimed(grant, grant.key().equals("few") ? 1 : grant.slots());
            }
            this.shares.settle(grants);
            waits(3, "few");
        }
        this.claimed.clear();
        rounds(10, 10);
        assertThat(this.claimed.get("few")).isCloseTo(50, within(2));
    }

    @Test
    void weightCountsFromTheNextRoundOn() {
        this.weights.put("a", 0.001);
        waits(3, "a", "b");
        rounds(50, 4);
        this.weights.put("a", 9.0);
        this.shares.reweigh();
        this.claimed.clear();
        rounds(50, 10);
        assertThat(this.claimed.get("a")).isCloseTo(450, within(10));
    }

    @Test
    void priorityGoesFirst() {
        this.weights.put("heavy", 1_000.0);
        waits(4, "heavy");
        waits(2, "light", "another");
        assertThat(this.shares.first()).isEqualTo(2);
        assertThat(round(10)).extracting(FairnessStore.Grant::priority).containsOnly(2);
        this.shares.waitsNot(2, SOURCE, "light");
        this.shares.waitsNot(2, SOURCE, "another");
        assertThat(round(10)).extracting(FairnessStore.Grant::key).containsExactly("heavy");
        this.shares.waitsNot(4, SOURCE, "heavy");
        assertThat(this.shares.first()).isZero();
    }

    @Test
    void requestsOfOneQueueGetNoMoreThanTheLargestTogether() {
        waitsForScarce("a", "b", "c");
        waits(3, "c");
        List<FairnessStore.Grant> grants = this.shares.grant(List.of(slots(10, "T"), slots(4, "S")));
        Map<String, Integer> byType = new HashMap<>();
        grants.forEach((grant) -> byType.merge(grant.request().types().getFirst(), grant.slots(), Integer::sum));
        assertThat(byType).containsEntry("S", 4).containsEntry("T", 6);
        assertThat(Set.copyOf(new ArrayList<>(grants).stream().map(FairnessStore.Grant::key).toList()))
            .containsExactlyInAnyOrder("a", "b", "c");
    }

    /** Otherwise this would take minutes. */
    @Test
    void roundCostsWhatItGivesHoweverManyKeysWait() {
        for (int i = 0; i < 10_000; i++) {
            waits(3, "k" + i);
            waitsForScarce("s" + i);
        }
        long begin = System.nanoTime();
        rounds(50_000, 1);
        assertThat(this.claimed).hasSize(10_000).allSatisfy((key, number) -> assertThat(number).isEqualTo(5));
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void whatNobodyServesGetsNothing() {
        this.shares.waits(3, new FairShares.Source("v2", "T"), "a", Instant.EPOCH);
        assertThat(round(10)).isEmpty();
    }

    @Test
    void keyThatNothingServesLeavesTheSharesOfOthersAsTheyAre() {
        this.weights.put("b", 3.0);
        waitsForScarce("z");
        waits(3, "a", "b");
        rounds(100, 1);
        assertThat(this.claimed.get("b")).isCloseTo(75, within(1));
        assertThat(round(slots(1, "T"), slots(1, "S"))).extracting(FairnessStore.Grant::key).hasSize(1);
        this.claimed.clear();
        for (int i = 0; i < 100; i++) {
            round(slots(1, "T"), slots(1, "S"));
        }
        assertThat(this.claimed.get("z")).as("which has no debt to be paid").isCloseTo(20, within(1));
    }

    @Test
    void keysThatShareWhatIsScarceLeaveTheSharesOfOthersAsTheyAre() {
        this.weights.put("z", 4.0);
        waitsForScarce("y");
        this.shares.waits(3, new FairShares.Source("", "another S"), "z", Instant.EPOCH);
        waits(3, "a", "b");
        for (int i = 0; i < 100; i++) {
            round(slots(4, "T"), slots(1, "S", "another S"));
        }
        assertThat(this.claimed.get("z")).isCloseTo(80, within(1));
        assertThat(this.claimed.get("b")).isCloseTo(150, within(2));
    }

    /** As of what there is a slot for now and then only. */
    @Test
    void keysKeepTheirSharesOfWhatIsServedInSomeRoundsOnly() {
        this.weights.put("z", 3.0);
        waitsForScarce("y", "z");
        waits(3, "a");
        for (int i = 0; i < 100; i++) {
            rounds(5, 1);
            round(slots(1, "S"));
        }
        assertThat(this.claimed.get("z")).isCloseTo(75, within(1));
    }

}
