package dev.workflow.engine;

import java.util.HashSet;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class QueueVersionsTests {

    private static Set<String> ramped(int percentage, IntFunction<String> id) {
        QueueVersions versions = new QueueVersions("q", "v1", "v2", percentage);
        Set<String> ids = new HashSet<>();
        IntStream.range(0, 1_000).mapToObj(id).filter((i) -> versions.chosen(i).equals("v2")).forEach(ids::add);
        return ids;
    }

    @Test
    void withoutRampTheCurrentBuildGetsAll() {
        QueueVersions versions = new QueueVersions("q", "v1", null, 0);
        assertThat(versions.chosen("order-42")).isEqualTo("v1");
        assertThat(versions.names("v1")).isTrue();
        assertThat(versions.names("v2")).isFalse();
        assertThat(versions.names(null)).isFalse();
    }

    @Test
    void noneAndAllAreExact() {
        assertThat(ramped(0, (i) -> "order-" + i)).isEmpty();
        assertThat(ramped(100, (i) -> "order-" + i)).hasSize(1_000);
    }

    /** Within four standard deviations of 1,000 fair draws. */
    @ParameterizedTest
    @ValueSource(strings = { "order-%d", "%d", "customer/7/%04d/daily", "\u00fcber-%d" })
    void shareOfSimilarIdsIsThePercentage(String pattern) {
        assertThat(ramped(20, (i) -> pattern.formatted(i))).hasSizeBetween(150, 250);
        assertThat(ramped(50, (i) -> pattern.formatted(i))).hasSizeBetween(437, 563);
    }

    @Test
    void growingRampKeepsWhomItHas() {
        Set<String> before = Set.of();
        for (int percentage : new int[] { 1, 5, 20, 60, 99 }) {
            Set<String> now = ramped(percentage, (i) -> "order-" + i);
            assertThat(now).containsAll(before);
            before = now;
        }
    }

    /** What a ramp was begun with must not change with a release of the engine. */
    @Test
    void choiceOfAnIdIsForEver() {
        assertThat(IntStream.range(0, 20)
            .filter((i) -> new QueueVersions("q", "v1", "v2", 20).chosen("order-" + i).equals("v2"))
            .boxed()
            .toList()).containsExactly(0, 6);
    }

}
