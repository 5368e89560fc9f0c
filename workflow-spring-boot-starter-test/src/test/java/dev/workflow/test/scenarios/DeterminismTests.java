package dev.workflow.test.scenarios;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import dev.workflow.Activity;
import dev.workflow.ActivityOptions;
import dev.workflow.QueryMethod;
import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

@WorkflowTest(classes = { Probe.class, DeterminismTests.Release.class, DeterminismTests.Steps.class,
        DeterminismTests.Random.class, DeterminismTests.Versioned.class, DeterminismTests.Patched.class,
        DeterminismTests.Watcher.class })
class DeterminismTests extends ScenarioTests {

    /** Counts what really ran, replays included. */
    static final AtomicInteger SIDE_EFFECTS = new AtomicInteger();

    @Autowired
    Probe probe;

    @Autowired
    Release release;

    @BeforeEach
    void deployTheFirstRelease() {
        this.release.number = 1;
    }

    @Test
    void whatIsRandomStaysTheSameWhenItIsReplayed() {
        WorkflowHandle<Random, Map<String, String>> handle = this.client.start(Random.class, (w) -> w.run(), anyId());
        step();
        int effects = SIDE_EFFECTS.get();
        Map<String, String> before = handle.query((w) -> w.values());
        assertThat(before).containsKeys("uuid0", "random0", "effect0", "now0").doesNotContainKey("uuid1");
        advance(Duration.ofHours(1));
        Map<String, String> after = handle.query((w) -> w.values());
        assertThat(after).containsAllEntriesOf(before).containsKey("uuid1");
        this.replayer.evictAll();
        Map<String, String> evicted = handle.query((w) -> w.values());
        assertThat(evicted).isEqualTo(after);
        advance(Duration.ofHours(2));
        Map<String, String> result = resultOf(handle);
        assertThat(result).containsAllEntriesOf(after).hasSize(15);
        assertThat(result.values()).doesNotHaveDuplicates();
        assertThat(SIDE_EFFECTS.get() - effects).as("side effects that ran").isEqualTo(2);
    }

    @Test
    void nowIsTheClocksTime() {
        Instant start = this.clock.instant();
        WorkflowHandle<Random, Map<String, String>> handle = this.client.start(Random.class, (w) -> w.run(), anyId());
        advance(Duration.ofHours(3));
        Map<String, String> result = resultOf(handle);
        assertThat(result.get("now0")).isEqualTo(start.toString());
        assertThat(result.get("now1")).isEqualTo(start.plus(Duration.ofHours(1)).toString());
        assertThat(result.get("now2")).isEqualTo(start.plus(Duration.ofHours(2)).toString());
    }

    @Test
    void versionsLetOldRunsGoOnOnTheOldPath() {
        String old = anyId().id();
        String fresh = anyId().id();
        WorkflowHandle<Versioned, String> first = this.client.start(Versioned.class, (w) -> w.run(old),
                WorkflowOptions.withId(old));
        step();
        this.replayer.evictAll();
        this.release.number = 2;
        WorkflowHandle<Versioned, String> second = this.client.start(Versioned.class, (w) -> w.run(fresh),
                WorkflowOptions.withId(fresh));
        step();
        advance(Duration.ofHours(1));
        assertThat(resultOf(first)).isEqualTo("old");
        assertThat(resultOf(second)).isEqualTo("version 1");
        assertThat(this.probe.notes(old)).containsExactly("a", "c");
        assertThat(this.probe.notes(fresh)).containsExactly("a", "b", "c");
        this.release.number = 3;
        String last = anyId().id();
        WorkflowHandle<Versioned, String> third = this.client.start(Versioned.class, (w) -> w.run(last),
                WorkflowOptions.withId(last));
        advance(Duration.ofHours(1));
        assertThat(resultOf(third)).isEqualTo("version 2");
        this.replayer.replay(first.history());
        this.replayer.replay(second.history());
        this.replayer.replay(third.history());
    }

    @Test
    void patchesLetOldRunsGoOnOnTheOldPath() {
        WorkflowHandle<Patched, String> first = this.client.start(Patched.class, (w) -> w.run(anyKey()), anyId());
        step();
        this.replayer.evictAll();
        this.release.number = 2;
        WorkflowHandle<Patched, String> second = this.client.start(Patched.class, (w) -> w.run(anyKey()), anyId());
        advance(Duration.ofHours(1));
        assertThat(resultOf(first)).isEqualTo("old old");
        assertThat(resultOf(second)).isEqualTo("patched patched");
        this.replayer.replay(first.history());
        this.replayer.replay(second.history());
    }

    @Test
    void aPatchThatNoOpenRunPredatesIsDeprecatedAndThenRemoved() {
        WorkflowHandle<Patched, String> patched = start(2);
        WorkflowHandle<Patched, String> deprecated = start(3);
        advance(Duration.ofHours(1));
        assertThat(resultOf(patched)).isEqualTo("new new");
        assertThat(resultOf(deprecated)).isEqualTo("new new");
        this.replayer.replay(patched.history());
        this.replayer.replay(deprecated.history());
        WorkflowHandle<Patched, String> last = start(3);
        this.release.number = 4;
        WorkflowHandle<Patched, String> without = start(4);
        advance(Duration.ofHours(1));
        assertThat(resultOf(last)).isEqualTo("new new");
        assertThat(resultOf(without)).isEqualTo("new new");
        this.replayer.replay(deprecated.history());
        this.replayer.replay(last.history());
        this.replayer.replay(without.history());
        this.release.number = 3;
        this.replayer.replay(without.history());
    }

    private WorkflowHandle<Patched, String> start(int number) {
        this.replayer.evictAll();
        this.release.number = number;
        WorkflowHandle<Patched, String> handle = this.client.start(Patched.class, (w) -> w.run(anyKey()), anyId());
        step();
        return handle;
    }

    @Test
    void isReplayingTellsReplaysFromTheFirstTime() {
        String key = anyId().id();
        WorkflowHandle<Watcher, List<String>> handle = this.client.start(Watcher.class, (w) -> w.run(key),
                WorkflowOptions.withId(key));
        step();
        assertThat(this.probe.notes(key)).containsExactly("before: false");
        handle.signal((w) -> w.goOn());
        step();
        this.replayer.evictAll();
        handle.signal((w) -> w.goOn());
        assertThat(resultOf(handle)).containsExactly("before", "between", "after");
        assertThat(this.probe.notes(key)).contains("between: false", "before: true", "between: true")
            .endsWith("after: false")
            .doesNotContain("after: true");
    }

    private static String anyKey() {
        return "key";
    }

    /** What is deployed. */
    static class Release {

        volatile int number = 1;

    }

    @Activity
    static class Steps {

        private final Probe probe;

        Steps(Probe probe) {
            this.probe = probe;
        }

        public void step(String key, String name) {
            this.probe.note(key, name);
        }

    }

    @Workflow
    static class Random {

        private final Map<String, String> values = new LinkedHashMap<>();

        @WorkflowMethod
        Map<String, String> run() {
            for (int i = 0; i < 3; i++) {
                this.values.put("uuid" + i, Workflows.randomUUID().toString());
                this.values.put("random" + i, String.valueOf(Workflows.random().nextLong()));
                this.values.put("effect" + i, Workflows.sideEffect(String.class,
                        () -> System.nanoTime() + "/" + SIDE_EFFECTS.incrementAndGet()));
                this.values.put("mutable" + i, i + ":" + Workflows.mutableSideEffect("config", Integer.class,
                        (before, now) -> now > before + 1_000_000, () -> (int) (System.nanoTime() % 1_000)));
                this.values.put("now" + i, Workflows.now().toString());
                Workflows.sleep(Duration.ofHours(1));
            }
            return this.values;
        }

        @QueryMethod
        Map<String, String> values() {
            return this.values;
        }

    }

    @Workflow
    static class Versioned {

        private final Steps steps;

        private final Release release;

        Versioned(Steps steps, Release release) {
            this.steps = steps;
            this.release = release;
        }

        @WorkflowMethod
        String run(String key) {
            this.steps.step(key, "a");
            String path = "old";
            if (this.release.number >= 2) {
                int version = Workflows.version("add-b", -1, this.release.number - 1);
                if (version >= 1) {
                    this.steps.step(key, "b");
                    path = "version " + version;
                }
            }
            Workflows.sleep(Duration.ofHours(1));
            this.steps.step(key, "c");
            return path;
        }

    }

    @Workflow
    static class Patched {

        private final Steps steps;

        private final Release release;

        Patched(Steps steps, Release release) {
            this.steps = steps;
            this.release = release;
        }

        @WorkflowMethod
        String run(String key) {
            String before = step(key);
            Workflows.sleep(Duration.ofHours(1));
            return before + " " + step(key);
        }

        private String step(String key) {
            if (this.release.number >= 3) {
                if (this.release.number == 3) {
                    Workflows.deprecatePatch("new-step");
                }
                this.steps.step(key, "new");
                return "new";
            }
            if (this.release.number >= 2 && Workflows.patched("new-step")) {
                this.steps.step(key, "new");
                return "patched";
            }
            Workflows.activity("Steps.step", Void.class, ActivityOptions.defaults(), key, "old");
            return "old";
        }

    }

    @Workflow
    static class Watcher {

        private final Probe probe;

        private final List<String> log = new ArrayList<>();

        private int signals;

        Watcher(Probe probe) {
            this.probe = probe;
        }

        @WorkflowMethod
        List<String> run(String key) {
            note(key, "before");
            Workflows.await(() -> this.signals == 1);
            note(key, "between");
            Workflows.await(() -> this.signals == 2);
            note(key, "after");
            return this.log;
        }

        private void note(String key, String what) {
            this.probe.note(key, what + ": " + Workflows.isReplaying());
            this.log.add(what);
        }

        @SignalMethod
        void goOn() {
            this.signals++;
        }

    }

}
