package dev.workflow.payload;

import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.type.TypeReference;

import static org.assertj.core.api.Assertions.assertThat;

/** Code that goes through a set must meet its elements as it did in another process. */
class OrderedSetsTests {

    private final JacksonPayloadConverter converter = new JacksonPayloadConverter();

    @ParameterizedTest
    @MethodSource
    void setsOfWhatHasAnotherHashCodeInEachProcessAreInTheOrderOfTheirJson(TypeReference<?> type) {
        assertThat(empty(type.getType())).isExactlyInstanceOf(LinkedHashSet.class);
    }

    static Stream<TypeReference<?>> setsOfWhatHasAnotherHashCodeInEachProcessAreInTheOrderOfTheirJson() {
        return Stream.of(new TypeReference<Set<Level>>() {
        }, new TypeReference<Set<DayOfWeek>>() {
        }, new TypeReference<Set<Task>>() {
        }, new TypeReference<Set<Nested>>() {
        }, new TypeReference<Set<Ring>>() {
        }, new TypeReference<Set<Pair<String, Level>>>() {
        }, new TypeReference<Set<Plain>>() {
        }, new TypeReference<Set<Key>>() {
        }, new TypeReference<Set<Listed>>() {
        }, new TypeReference<Set<Instant[]>>() {
        }, new TypeReference<Set<Optional<Level>>>() {
        }, new TypeReference<Set<Object>>() {
        }, new TypeReference<Set<?>>() {
        });
    }

    @ParameterizedTest
    @MethodSource
    void setsOfWhatHasTheSameHashCodeEverywhereAreHashSets(TypeReference<?> type) {
        assertThat(empty(type.getType())).isExactlyInstanceOf(HashSet.class);
    }

    static Stream<TypeReference<?>> setsOfWhatHasTheSameHashCodeEverywhereAreHashSets() {
        return Stream.of(new TypeReference<Set<String>>() {
        }, new TypeReference<Set<Integer>>() {
        }, new TypeReference<Set<Boolean>>() {
        }, new TypeReference<Set<BigDecimal>>() {
        }, new TypeReference<Set<BigInteger>>() {
        }, new TypeReference<Set<UUID>>() {
        }, new TypeReference<Set<Instant>>() {
        }, new TypeReference<Set<ZonedDateTime>>() {
        }, new TypeReference<Set<Item>>() {
        }, new TypeReference<Set<Chain>>() {
        }, new TypeReference<Set<Pair<String, Item>>>() {
        });
    }

    @Test
    void recordsWithAnEnumKeepTheirOrderInsideOfOtherValues() {
        List<Task> tasks = Stream.iterate(0, (i) -> i + 1)
            .limit(50)
            .map((i) -> new Task("task-" + i, Level.values()[i % 2]))
            .toList();
        Plan plan = new Plan(new LinkedHashSet<>(tasks));
        Plan read = (Plan) this.converter.decode(this.converter.encode(plan), Plan.class);
        assertThat(read.tasks()).containsExactlyElementsOf(tasks);
    }

    private @Nullable Object empty(Type type) {
        return this.converter.decode(Json.EMPTY_ARRAY, type);
    }

    enum Level {

        LOW, HIGH

    }

    record Task(String name, Level level) {
    }

    record Plan(Set<Task> tasks) {
    }

    record Nested(int number, Task task) {
    }

    record Ring(@Nullable Ring next, Level level) {
    }

    record Pair<A, B>(A one, B two) {
    }

    record Key(byte[] bytes) {
    }

    record Listed(List<Level> levels) {
    }

    record Item(String sku, int quantity, double price, Duration delivery) {
    }

    record Chain(String name, @Nullable Chain next) {
    }

    /** Without a hash code of its own. */
    static final class Plain {

        public int number;

    }

}
