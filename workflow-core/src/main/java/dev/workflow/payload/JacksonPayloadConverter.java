package dev.workflow.payload;

import java.lang.reflect.Array;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

import org.jspecify.annotations.Nullable;

/**
 * Values as JSON by Jackson's own rules: records, beans, generics, {@code Optional},
 * {@code java.time} as ISO-8601 strings, {@code BigDecimal} to the last digit,
 * {@code byte[]} as base64, enums by name. Classes are chosen by the type that is asked
 * for and by annotations on the user's own types, never by a name in the input. A
 * property that is unknown is ignored and one that is missing is {@code null} or zero, so
 * that a type may grow while a workflow runs; a value of the wrong kind (a string for a
 * number, 1.5 for an {@code int}) is refused.
 *
 * <p>
 * Where {@code Object} is asked for, numbers with a fraction become {@code Double}, as
 * everywhere in Jackson. Thread-safe.
 */
public final class JacksonPayloadConverter implements PayloadConverter {

    /** How many characters of an unexpected value a message shows. */
    private static final int SHOWN = 80;

    private final JsonMapper mapper;

    private final ObjectWriter writer;

    private final ObjectReader arguments;

    /** Bounded by the types that the application's code names. */
    private final Map<Type, ObjectReader> readers = new ConcurrentHashMap<>();

    public JacksonPayloadConverter() {
        this.mapper = StoredJson.mapper()
            .addModule(new SimpleModule().setSerializerModifier(new PolymorphicTypes())
                .setAbstractTypes(new OrderedSets())
                .addSerializer(new GivenJson()))
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .build();
        this.writer = this.mapper.writer();
        this.arguments = this.mapper.readerFor(Json[].class);
    }

    @Override
    public Json encode(@Nullable Object value) {
        if (value == null) {
            return Json.NULL;
        }
        try {
            if (value instanceof Json json) {
                StoredJson.requireComplete(json.text());
                return json;
            }
            return new Json(StoredJson.write(this.writer, value));
        }
        catch (RuntimeException ex) {
            throw new PayloadException("cannot write " + a(value) + " as JSON: " + StoredJson.reason(ex), ex);
        }
    }

    @Override
    public Json encodeArguments(@Nullable Object... arguments) {
        if (arguments.length == 0) {
            return Json.EMPTY_ARRAY;
        }
        try {
            // A copy, because the array of a call with variable arguments may be of a
            // narrower type.
            return new Json(StoredJson.write(this.writer, Arrays.copyOf(arguments, arguments.length, Object[].class)));
        }
        catch (RuntimeException ex) {
            throw new PayloadException("cannot write " + culprit(arguments, ex) + " as JSON: " + StoredJson.reason(ex),
                    ex);
        }
    }

    @Override
    public @Nullable Object decode(Json json, Type type) {
        if (type == void.class || type == Void.class) {
            return null;
        }
        if (type == Json.class) {
            return json;
        }
        if (json.isNull() && type instanceof Class<?> primitive && primitive.isPrimitive()) {
            throw new PayloadException("expected " + type.getTypeName() + ", found null", null);
        }
        try {
            return StoredJson.read(reader(type), json.text());
        }
        catch (RuntimeException ex) {
            throw new PayloadException(
                    "expected " + type.getTypeName() + ", found " + shown(json) + ": " + StoredJson.reason(ex), ex);
        }
    }

    @Override
    public @Nullable Object[] decodeArguments(Json array, Type... types) {
        Json[] found = split(array);
        if (found.length > types.length) {
            throw new PayloadException(expectedAtMost(types) + ", found " + found.length, null);
        }
        @Nullable Object[] values = new @Nullable Object[types.length];
        for (int i = 0; i < types.length; i++) {
            values[i] = (i < found.length) ? decodeArgument(found[i], types, i) : missing(types[i]);
        }
        return values;
    }

    private Json[] split(Json array) {
        if (array.equals(Json.EMPTY_ARRAY)) {
            return new Json[0];
        }
        try {
            Json[] found = StoredJson.read(this.arguments, array.text());
            if (found != null) {
                return found;
            }
        }
        catch (RuntimeException ex) {
            throw new PayloadException(
                    "expected a JSON array of arguments, found " + shown(array) + ": " + StoredJson.reason(ex), ex);
        }
        throw new PayloadException("expected a JSON array of arguments, found " + shown(array), null);
    }

    private @Nullable Object decodeArgument(Json argument, Type[] types, int index) {
        try {
            return decode(argument, types[index]);
        }
        catch (PayloadException ex) {
            throw new PayloadException("argument %d of %d: %s".formatted(index + 1, types.length, ex.getMessage()),
                    ex.getCause());
        }
    }

    private @Nullable Object missing(Type type) {
        if (type instanceof Class<?> primitive && primitive.isPrimitive()) {
            return Array.get(Array.newInstance(primitive, 1), 0);
        }
        return decode(Json.NULL, type);
    }

    private ObjectReader reader(Type type) {
        ObjectReader known = this.readers.get(type);
        if (known != null) {
            return known;
        }
        // Made outside of the map, which would let the code of other runs wait for it.
        ObjectReader reader = this.mapper.readerFor(this.mapper.constructType(type));
        this.readers.put(type, reader);
        return reader;
    }

    private static String culprit(@Nullable Object[] arguments, RuntimeException ex) {
        if (ex instanceof JacksonException jackson && !jackson.getPath().isEmpty()) {
            int index = jackson.getPath().getFirst().getIndex();
            if (index >= 0 && index < arguments.length) {
                return "argument %d of %d (%s)".formatted(index + 1, arguments.length, a(arguments[index]));
            }
        }
        return "the arguments "
                + Arrays.stream(arguments).map(JacksonPayloadConverter::a).collect(Collectors.joining(", ", "(", ")"));
    }

    private static String a(@Nullable Object value) {
        return (value != null) ? "a " + value.getClass().getTypeName() : "null";
    }

    private static String shown(Json json) {
        String text = json.text();
        return (text.length() <= SHOWN) ? text : text.substring(0, SHOWN) + "...";
    }

    private static String expectedAtMost(Type[] types) {
        if (types.length == 0) {
            return "expected no arguments";
        }
        String names = Arrays.stream(types).map(JacksonPayloadConverter::shortName).collect(Collectors.joining(", "));
        return "expected at most %d argument%s (%s)".formatted(types.length, (types.length == 1) ? "" : "s", names);
    }

    /** {@code List<Order>} for {@code java.util.List<com.example.Shop$Order>}. */
    private static String shortName(Type type) {
        return type.getTypeName().replaceAll("[\\w.$]*[.$](?=\\w)", "");
    }

}
