package dev.workflow.visibility;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.workflow.client.WorkflowStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class SearchAttributesTests {

    private static final Instant TIME = Instant.parse("2026-11-01T10:00:00.5Z");

    @Test
    void valuesBecomeJsonTypes() {
        assertThat(normalised("text")).isEqualTo("text");
        assertThat(normalised(WorkflowStatus.FAILED)).isEqualTo("FAILED");
        assertThat(normalised((byte) 5)).isEqualTo(5L);
        assertThat(normalised(BigInteger.TEN)).isEqualTo(10L);
        assertThat(normalised(0.1f)).isEqualTo(0.1);
        assertThat(normalised(new BigDecimal("12.30"))).isEqualTo(12.3);
        assertThat(normalised(true)).isEqualTo(true);
        assertThat(normalised(TIME)).isEqualTo("2026-11-01T10:00:00.500000000Z");
        assertThat(normalised(Set.of("a"))).isEqualTo(List.of("a"));
    }

    @Test
    void theOrderIsThatOfTheNamesAndNullStays() {
        Map<String, Object> attributes = new HashMap<>(Map.of("b", 1, "a", "x", "_1", false));
        attributes.put("c", null);
        Map<String, Object> normalised = SearchAttributes.normalise(attributes);
        assertThat(normalised).hasToString("{_1=false, a=x, b=1, c=null}");
        assertThat(SearchAttributes.normalise(normalised)).isEqualTo(normalised);
        assertThat(SearchAttributes.toJson(attributes)).isEqualTo("{\"_1\":false,\"a\":\"x\",\"b\":1}");
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        Map<String, Object> attributes = Map.of("k", "it's \"x\"", "i", Long.MIN_VALUE, "d", 5.0, "big", 1e300, "tiny",
                1e-300, "b", true, "t", TIME, "l", List.of("x", "y"));
        assertThat(SearchAttributes.fromJson(SearchAttributes.toJson(attributes))).isEqualTo(attributes);
        assertThat(SearchAttributes.fromJson(null)).isEmpty();
        assertThat(SearchAttributes.fromJson("{\"t\":\"2026-11-01T10:00:00Z\"}"))
            .isEqualTo(Map.of("t", "2026-11-01T10:00:00Z"));
    }

    @Test
    void changesAreMerged() {
        Map<String, Object> changes = new HashMap<>();
        changes.put("a", null);
        changes.put("b", 2);
        assertThat(SearchAttributes.merge(Map.of("a", 1, "b", 1, "c", 1), changes)).isEqualTo(Map.of("b", 2L, "c", 1L));
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "a b", "a-b", "a\"b", "Status", "ExecutionStatus", "WorkflowId" })
    void namesAreChecked(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> SearchAttributes.normalise(Map.of(name, 1)))
            .withMessageContaining("'" + name + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = { "Activity", "Admission", "Problem" })
    void namesThatQueriesTakeForStatesAreRefusedUnlessTheyAreThere(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> SearchAttributes.ofStart(Map.of(name, "x")))
            .withMessageContaining("'" + name + "'");
        assertThatIllegalArgumentException()
            .isThrownBy(() -> SearchAttributes.requireFindable(Map.of("a", 1, name, "x"), Map.of("a", 1)));
        SearchAttributes.requireFindable(Map.of(name, "x"), Map.of(name, "x"));
        Map<String, Object> removal = new HashMap<>();
        removal.put(name, null);
        SearchAttributes.requireFindable(removal, Map.of());
        assertThat(SearchAttributes.normalise(Map.of(name, "x"))).as("an old one").containsKey(name);
    }

    @Test
    void valuesAreChecked() {
        assertRefused("x".repeat(1_001), "1001 characters");
        assertRefused("a\0", "\\u0000");
        assertRefused("\uD800", "surrogate");
        assertRefused(Double.NaN, "NaN");
        assertRefused(new BigDecimal("1e999"), "Infinity");
        assertRefused(BigInteger.TWO.pow(64), "java.math.BigInteger");
        assertRefused(new Object(), "java.lang.Object");
        assertRefused(List.of(1), "element of java.lang.Integer");
        assertRefused(Instant.MAX, "is not between 0000-01-01");
        assertRefused(IntStream.range(0, 101).mapToObj(String::valueOf).toList(), "101 elements");
        assertThatIllegalArgumentException()
            .isThrownBy(() -> SearchAttributes
                .normalise(IntStream.range(0, 101).boxed().collect(Collectors.toMap((i) -> "a" + i, (i) -> i))))
            .withMessageContaining("at most 100");
    }

    private static void assertRefused(Object value, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> SearchAttributes.normalise(Map.of("Name", value)))
            .withMessageContaining("'Name'")
            .withMessageContaining(message);
    }

    private static Object normalised(Object value) {
        return SearchAttributes.normalise(Map.of("Name", value)).get("Name");
    }

}
