package dev.workflow.payload;

import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class JacksonPayloadConverterTests {

    private final PayloadConverter converter = new JacksonPayloadConverter();

    @Test
    void recordsKeepTheOrderOfTheirComponents() {
        var order = new Order("o-1", 2, List.of(new Item("sku", 3)), Optional.of("note"), Level.HIGH);
        Json json = this.converter.encode(order);
        assertThat(json.text()).isEqualTo("{\"orderId\":\"o-1\",\"amount\":2,"
                + "\"items\":[{\"sku\":\"sku\",\"quantity\":3}],\"note\":\"note\",\"level\":\"HIGH\"}");
        assertThat(this.converter.decode(json, Order.class)).isEqualTo(order);
    }

    @Test
    void setsOfEnumsKeepTheOrderOfTheirJson() {
        List<Level> levels = new ArrayList<>(List.of(Level.values()));
        for (int i = 0; i < 2; i++) {
            Object decoded = this.converter.decode(this.converter.encode(levels), new TypeReference<Set<Level>>() {
            }.getType());
            assertThat((Set<?>) decoded).isInstanceOf(LinkedHashSet.class)
                .extracting(Level.class::cast)
                .containsExactlyElementsOf(levels);
            Collections.reverse(levels);
        }
    }

    @Test
    void beansKeepTheOrderOfTheirFields() {
        Bean bean = new Bean();
        bean.setZip("1");
        bean.setCity("Bonn");
        Json json = this.converter.encode(bean);
        assertThat(json.text()).isEqualTo("{\"zip\":\"1\",\"city\":\"Bonn\"}");
        assertThat(this.converter.decode(json, Bean.class)).usingRecursiveComparison().isEqualTo(bean);
    }

    @Test
    void genericsAreKept() {
        Type type = new TypeReference<List<Map<String, Item>>>() {
        }.getType();
        List<Map<String, Item>> value = List.of(Map.of("a", new Item("x", 1)), Map.of());
        assertThat(roundTrip(value, type)).isEqualTo(value);
    }

    @Test
    void mapsKeepTheirOrder() {
        Map<String, Integer> map = new LinkedHashMap<>();
        map.put("z", 1);
        map.put("a", 2);
        Json json = this.converter.encode(map);
        assertThat(json.text()).isEqualTo("{\"z\":1,\"a\":2}");
        assertThat(((Map<?, ?>) this.converter.decode(json, Map.class)).keySet()).hasToString("[z, a]");
    }

    @Test
    void simpleValuesSurvive() {
        assertThat(roundTrip("text", String.class)).isEqualTo("text");
        assertThat(roundTrip(5, int.class)).isEqualTo(5);
        assertThat(roundTrip(Long.MIN_VALUE, long.class)).isEqualTo(Long.MIN_VALUE);
        assertThat(roundTrip(0.1f, float.class)).isEqualTo(0.1f);
        assertThat(roundTrip(Double.NaN, double.class)).isEqualTo(Double.NaN);
        assertThat(roundTrip(Double.MIN_VALUE, Double.class)).isEqualTo(Double.MIN_VALUE);
        assertThat(roundTrip('x', char.class)).isEqualTo('x');
        assertThat(roundTrip(true, boolean.class)).isEqualTo(true);
        assertThat(roundTrip(new byte[] { 0, -1, 2 }, byte[].class)).isEqualTo(new byte[] { 0, -1, 2 });
        assertThat(roundTrip(new int[] { 1, 2 }, int[].class)).isEqualTo(new int[] { 1, 2 });
        assertThat(roundTrip(new UUID(1, 2), UUID.class)).isEqualTo(new UUID(1, 2));
        assertThat(roundTrip(Optional.of(3), new TypeReference<Optional<Integer>>() {
        }.getType())).isEqualTo(Optional.of(3));
        assertThat(roundTrip(Optional.empty(), Optional.class)).isEqualTo(Optional.empty());
        assertThat(roundTrip(null, Order.class)).isNull();
        assertThat(this.converter.encode(new byte[] { 1, 2, 3 }).text()).isEqualTo("\"AQID\"");
    }

    @Test
    void timesAreIsoTextsAndKeepOffsetAndZone() {
        assertThat(this.converter.encode(Duration.ofSeconds(90)).text()).isEqualTo("\"PT1M30S\"");
        assertThat(this.converter.encode(Instant.ofEpochSecond(1, 5)).text())
            .isEqualTo("\"1970-01-01T00:00:01.000000005Z\"");
        assertThat(this.converter.encode(LocalDate.of(2026, 1, 2)).text()).isEqualTo("\"2026-01-02\"");
        assertThat(this.converter.encode(DayOfWeek.MONDAY).text()).isEqualTo("\"MONDAY\"");
        var offset = OffsetDateTime.parse("2026-01-02T03:04:05+05:00");
        assertThat(roundTrip(offset, OffsetDateTime.class)).isEqualTo(offset);
        var zoned = ZonedDateTime.parse("2026-01-02T03:04:05+01:00[Europe/Paris]");
        assertThat(roundTrip(zoned, ZonedDateTime.class)).isEqualTo(zoned);
    }

    @ParameterizedTest
    @ValueSource(strings = { "1.10", "1E+400", "12345678901234567890.123456789", "-0.0000000000000000000000001" })
    void decimalsAreExact(String text) {
        var decimal = new BigDecimal(text);
        assertThat(roundTrip(decimal, BigDecimal.class)).isEqualTo(decimal);
        JsonNode tree = (JsonNode) this.converter.decode(new Json("{\"a\":" + text + "}"), JsonNode.class);
        assertThat(tree.get("a").decimalValue()).isEqualTo(decimal);
    }

    @Test
    void hugeNumbersAreExact() {
        BigInteger integer = BigInteger.TEN.pow(5_000).add(BigInteger.ONE);
        assertThat(roundTrip(integer, BigInteger.class)).isEqualTo(integer);
    }

    @Test
    void enumsAreWrittenByName() {
        assertThat(this.converter.encode(Level.HIGH).text()).isEqualTo("\"HIGH\"");
        assertThat(roundTrip(Level.HIGH, Level.class)).isEqualTo(Level.HIGH);
        assertThat(this.converter.encode(Map.of(Level.HIGH, 1)).text()).isEqualTo("{\"HIGH\":1}");
        assertThatExceptionOfType(PayloadException.class)
            .isThrownBy(() -> this.converter.decode(new Json("0"), Level.class));
    }

    @Test
    void annotatedSealedTypesAreReadAsWhatTheyWere() {
        Shape circle = new Shape.Circle(1.5);
        assertThat(this.converter.encode(circle).text()).isEqualTo("{\"kind\":\"Circle\",\"radius\":1.5}");
        assertThat(roundTrip(circle, Shape.class)).isEqualTo(circle);
        assertThat(roundTrip(new Shape.Empty(), Shape.class)).isEqualTo(new Shape.Empty());
        assertThat(roundTrip(new Drawing(circle), Drawing.class)).isEqualTo(new Drawing(circle));
    }

    @Test
    void annotatedSealedTypesAreKeptWhereTheStaticTypeIsErased() {
        List<Shape> shapes = List.of(new Shape.Circle(1), new Shape.Empty());
        assertThat(roundTrip(shapes, new TypeReference<List<Shape>>() {
        }.getType())).isEqualTo(shapes);
        Map<String, Shape> map = Map.of("a", new Shape.Circle(1));
        assertThat(roundTrip(map, new TypeReference<Map<String, Shape>>() {
        }.getType())).isEqualTo(map);
        Json arguments = this.converter.encodeArguments(new Shape.Empty(), Optional.of(new Shape.Circle(2)));
        assertThat(this.converter.decodeArguments(arguments, Shape.class, new TypeReference<Optional<Shape>>() {
        }.getType())).containsExactly(new Shape.Empty(), Optional.of(new Shape.Circle(2)));
    }

    @Test
    void theInputNamesNoClasses() {
        Json hostile = new Json("[\"java.net.URL\",\"http://localhost/\"]");
        assertThat(this.converter.decode(hostile, Object.class)).isInstanceOf(List.class);
        Json typed = new Json("{\"@class\":\"java.util.concurrent.ThreadPoolExecutor\"}");
        assertThat(this.converter.decode(typed, Object.class)).isInstanceOf(Map.class);
        assertThatExceptionOfType(PayloadException.class)
            .isThrownBy(() -> this.converter.decode(new Json("{\"kind\":\"java.lang.Thread\"}"), Shape.class))
            .withMessageContaining("java.lang.Thread");
    }

    @Test
    void unknownPropertiesAreIgnoredAndMissingOnesAreNullOrZero() {
        assertThat(this.converter.decode(new Json("{\"orderId\":\"x\",\"later\":[1]}"), Order.class))
            .isEqualTo(new Order("x", 0, null, Optional.empty(), null));
    }

    @ParameterizedTest
    @ValueSource(strings = { "1.10", "1E400", "12345678901234567890.123456789", "\"\\u0000\"", "\"😀\"", "\"\\ud83d\"",
            "{ \"a\" : [ 1.10 ] }", "[]", "\"\"", "true" })
    void jsonInsideOfAValueIsKeptCharacterForCharacter(String text) {
        Holder holder = new Holder("h", new Json(text), List.of(new Json(text), new Json(text)));
        Json json = this.converter.encode(holder);
        assertThat(json.text()).contains("\"one\":" + text + ",");
        assertThat(this.converter.decode(json, Holder.class)).isEqualTo(holder);
        assertThat(this.converter.decodeArguments(this.converter.encodeArguments("a", holder.one()), String.class,
                Json.class)[1])
            .isEqualTo(holder.one());
    }

    @Test
    void jsonAsAWholeIsLeftAlone() {
        Json json = new Json(" {\"a\" : 1.10} ");
        assertThat(this.converter.encode(json)).isSameAs(json);
        assertThat(this.converter.decode(json, Json.class)).isSameAs(json);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", " ", "<html>", "40 % done", "{\"a\":1", "[1]]", "{} {}", "'a'", "NaN" })
    void whatIsNoJsonIsRefusedWhereItIsGiven(String text) {
        Json given = new Json(text);
        for (ThrowingCallable call : List.<ThrowingCallable>of(() -> this.converter.encode(given),
                () -> this.converter.encodeArguments("a", given),
                () -> this.converter.encode(new Holder("h", given, List.of())),
                () -> this.converter.encode(new Drawing(new Shape.Raw(given))))) {
            assertThatExceptionOfType(PayloadException.class).isThrownBy(call).withMessageContaining("cannot write");
        }
    }

    @Test
    void jsonThatJacksonHadToBufferKeepsItsNumbers() {
        Json json = new Json("{\"raw\":{\"a\":[1.10,1E400,\"\\ud83d\",null,true]},\"kind\":\"Raw\"}");
        assertThat(this.converter.decode(json, Shape.class))
            .isEqualTo(new Shape.Raw(new Json("{\"a\":[1.10,1E400,\"\\ud83d\",null,true]}")));
    }

    @Test
    void jsonIsCutCorrectlyOutOfLongTexts() {
        Random random = new Random(7);
        String[] values = { "1.10", "1E400", "-0", "\"\\u0000\\\"\"", "\"😀\"", "{\"a\" : [1, {}]}", "[ ]", "null",
                "\"\"" };
        for (int run = 0; run < 300; run++) {
            List<Json> expected = new ArrayList<>();
            StringBuilder text = new StringBuilder("[");
            for (int i = random.nextInt(1, 40); i > 0; i--) {
                String value = switch (random.nextInt(8)) {
                    case 0 -> "\"" + "é".repeat(random.nextInt(9_000)) + "\"";
                    case 1 -> "[" + "12, ".repeat(random.nextInt(3_000)) + "1.50]";
                    default -> values[random.nextInt(values.length)];
                };
                expected.add(new Json(value));
                text.append(expected.size() > 1 ? "," : "")
                    .append(" \n\t".repeat(random.nextInt(3)))
                    .append(value)
                    .append(" ".repeat(random.nextInt(3)));
            }
            assertThat(this.converter.decode(new Json(text.append("]").toString()), Json[].class))
                .isEqualTo(expected.toArray());
        }
    }

    @Test
    void whatADatabaseRefusesIsEscaped() {
        Json json = this.converter.encode(Map.of("\ud83dkey", "a\u0000b\ud83dc\ude00\u001f😀\ude00"));
        assertThat(json.text()).isEqualTo("{\"\\ud83dkey\":\"a\\u0000b\\ud83dc\\ude00\\u001F😀\\ude00\"}");
        assertThat(this.converter.decode(json, Map.class))
            .isEqualTo(Map.of("\ud83dkey", "a\u0000b\ud83dc\ude00\u001f😀\ude00"));
    }

    @Test
    void argumentsAreAnArray() {
        assertThat(this.converter.encodeArguments()).isEqualTo(Json.EMPTY_ARRAY);
        assertThat(this.converter.encodeArguments("a", null, 3).text()).isEqualTo("[\"a\",null,3]");
        assertThat(this.converter.encodeArguments((Object[]) new String[] { "a" }).text()).isEqualTo("[\"a\"]");
        assertThat(this.converter.decodeArguments(new Json("[\"a\", null, 3]"), String.class, Item.class, int.class))
            .containsExactly("a", null, 3);
    }

    @Test
    void missingArgumentsAreNullOrZero() {
        assertThat(this.converter.decodeArguments(Json.EMPTY_ARRAY, String.class, int.class, boolean.class,
                double.class, Optional.class, Json.class))
            .containsExactly(null, 0, false, 0.0, Optional.empty(), Json.NULL);
    }

    @Test
    void tooManyArgumentsAreRefused() {
        assertRefused("[1,2,3]", "expected at most 2 arguments (String, int), found 3", String.class, int.class);
        assertRefused("[1]", "expected no arguments, found 1");
        Type items = new TypeReference<List<Map<String, Item>>>() {
        }.getType();
        assertRefused("[1,2]", "expected at most 1 argument (List<Map<String, Item>>), found 2", items);
    }

    @Test
    void anArgumentThatDoesNotFitIsNamedWithItsPosition() {
        assertRefused("[\"a\",\"b\"]",
                "argument 2 of 2: expected int, found \"b\": Cannot coerce String value (\"b\") to `int` value",
                String.class, int.class);
        assertRefused("[null]", "argument 1 of 1: expected int, found null", int.class);
        assertRefused("[{\"items\":[{\"quantity\":1.5}]}]",
                "argument 1 of 1: expected " + Order.class.getName() + ", found {\"items\":[{\"quantity\":1.5}]}: "
                        + "Cannot coerce Floating-point value (1.5) to `int` value (at items[0].quantity)",
                Order.class);
        assertRefused("[[\"" + "x".repeat(100) + "\"]]", "found [\"" + "x".repeat(78) + "...:", int.class);
    }

    @Test
    void argumentsThatAreNoArrayAreRefused() {
        for (String text : new String[] { "{}", "null", "1", "", "[1", "[1] x", "nonsense" }) {
            assertRefused(text, "expected a JSON array of arguments, found " + text, int.class, int.class);
        }
    }

    @Test
    void aConstructorThatThrowsIsToldOf() {
        assertThatExceptionOfType(PayloadException.class)
            .isThrownBy(() -> this.converter.decode(new Json("{\"value\":-1}"), Positive.class))
            .withMessageContaining("expected " + Positive.class.getName() + ", found {\"value\":-1}")
            .withMessageContaining("not positive")
            .withRootCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aValueThatCannotBeWrittenIsNamed() {
        assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> this.converter.encode(new Object()))
            .withMessage("cannot write a java.lang.Object as JSON: No serializer found for class java.lang.Object and "
                    + "no properties discovered to create BeanSerializer");
        assertThatExceptionOfType(PayloadException.class)
            .isThrownBy(() -> this.converter.encodeArguments("a", List.of(new Failing()), 1))
            .withMessageContaining("cannot write argument 2 of 3 (a java.util.ImmutableCollections$List12) as JSON")
            .withMessageContaining("broken getter")
            .withMessageContaining("(at [1][0].value)");
    }

    @Test
    void aCycleIsRefused() {
        List<Object> cycle = new ArrayList<>();
        cycle.add(cycle);
        assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> this.converter.encode(cycle));
    }

    @Test
    void whateverCanBeWrittenCanBeRead() {
        Object nested = "x";
        for (int i = 0; i < 490; i++) {
            nested = List.of(nested);
        }
        Json arguments = this.converter.encodeArguments(this.converter.encode(nested));
        assertThat(this.converter.decodeArguments(arguments, Object.class)).containsExactly(nested);
        Map<String, String> longNames = Map.of("n".repeat(100_000), "v".repeat(1_000_000));
        assertThat(roundTrip(longNames, Map.class)).isEqualTo(longNames);
    }

    @Test
    void voidIsNull() {
        assertThat(this.converter.decode(new Json("{}"), void.class)).isNull();
        assertThat(this.converter.decode(Json.NULL, Void.class)).isNull();
    }

    private Object roundTrip(Object value, Type type) {
        return this.converter.decode(this.converter.encode(value), type);
    }

    private void assertRefused(String arguments, String message, Type... types) {
        assertThatExceptionOfType(PayloadException.class)
            .isThrownBy(() -> this.converter.decodeArguments(new Json(arguments), types))
            .withMessageContaining(message);
    }

    record Item(String sku, int quantity) {
    }

    record Order(String orderId, long amount, List<Item> items, Optional<String> note, Level level) {
    }

    record Holder(String name, Json one, List<Json> many) {
    }

    record Drawing(Shape shape) {
    }

    record Positive(int value) {

        Positive {
            if (value <= 0) {
                throw new IllegalArgumentException("not positive");
            }
        }

    }

    record Failing() {

        public String getValue() {
            throw new IllegalStateException("broken getter");
        }

    }

    enum Level {

        LOW, HIGH;

        @Override
        public String toString() {
            return "level " + ordinal();
        }

    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "kind")
    sealed interface Shape {

        record Circle(double radius) implements Shape {
        }

        record Empty() implements Shape {
        }

        record Raw(Json raw) implements Shape {
        }

    }

    public static class Bean {

        private String zip;

        private String city;

        public String getCity() {
            return this.city;
        }

        public void setCity(String city) {
            this.city = city;
        }

        public String getZip() {
            return this.zip;
        }

        public void setZip(String zip) {
            this.zip = zip;
        }

    }

}
