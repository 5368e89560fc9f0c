package dev.workflow.boot.web;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/**
 * Says in words of the request what is wrong with a body: where, what was expected and
 * what was found. What Jackson says is for those who write its callers.
 */
final class BodyProblems {

    private static final int SHOWN = 60;

    /** Jackson's advice on its own settings, and positions that are told already. */
    private static final Pattern ADVICE = Pattern.compile(
            "( \\((start marker at|for (Array|Object) starting at|not recognized as one since)|: enable `|: was expecting \\().*|, from `[^`]*`");

    private BodyProblems() {
    }

    /**
     * What is wrong.
     * @param failure why the body could not be read
     * @param text the body
     * @param reader reads JSON without a type
     */
    static RestProblem of(JacksonException failure, String text, ObjectReader reader) {
        JsonNode body;
        try {
            body = reader.readTree(text);
        }
        catch (JacksonException malformed) {
            return malformed(malformed);
        }
        if (failure instanceof UnrecognizedPropertyException unknown) {
            return ProblemType.INVALID_REQUEST
                .because("Unknown field '" + path(unknown) + "'. Known are: " + known(unknown) + ".");
        }
        if (failure.getPath().isEmpty()) {
            return ProblemType.INVALID_REQUEST.because("Expected a JSON object.");
        }
        return ProblemType.INVALID_REQUEST.because(
                "Field '%s': expected %s, found %s.".formatted(path(failure), expected(failure), found(failure, body)));
    }

    private static RestProblem malformed(JacksonException failure) {
        String what = ADVICE.matcher(failure.getOriginalMessage()).replaceFirst("");
        TokenStreamLocation location = failure.getLocation();
        if (location == null || location.getLineNr() < 1) {
            return ProblemType.MALFORMED_JSON.because(what);
        }
        return ProblemType.MALFORMED_JSON
            .because("Line %d, column %d: %s".formatted(location.getLineNr(), location.getColumnNr(), what))
            .with("line", location.getLineNr())
            .with("column", location.getColumnNr());
    }

    private static String known(UnrecognizedPropertyException failure) {
        return failure.getKnownPropertyIds().stream().map(Object::toString).sorted().collect(Collectors.joining(", "));
    }

    private static String path(JacksonException failure) {
        return failure.getPath()
            .stream()
            .map((reference) -> (reference.getPropertyName() != null) ? reference.getPropertyName()
                    : String.valueOf(reference.getIndex()))
            .collect(Collectors.joining("."));
    }

    private static String expected(JacksonException failure) {
        Class<?> type = targetType(failure);
        if (type == null) {
            return "another value";
        }
        if (type.isEnum()) {
            return "one of "
                    + Arrays.stream(type.getEnumConstants()).map(Object::toString).collect(Collectors.joining(", "));
        }
        if (type == Duration.class) {
            return Durations.EXPECTED;
        }
        if (type == String.class) {
            return "a text";
        }
        if (type == Boolean.class) {
            return "true or false";
        }
        if (Collection.class.isAssignableFrom(type)) {
            return "an array";
        }
        if (type == Double.class || type == double.class) {
            return "a number";
        }
        return (type == Integer.class || type == int.class || type == Long.class) ? "a whole number" : "an object";
    }

    private static @Nullable Class<?> targetType(JacksonException failure) {
        return switch (failure) {
            case MismatchedInputException mismatch -> mismatch.getTargetType();
            case InputCoercionException coercion -> coercion.getTargetType();
            default -> null;
        };
    }

    private static String found(JacksonException failure, JsonNode body) {
        JsonNode value = body;
        for (JacksonException.Reference step : failure.getPath()) {
            value = (step.getPropertyName() != null) ? value.path(step.getPropertyName()) : value.path(step.getIndex());
        }
        if (value.isObject() || value.isArray()) {
            return value.isObject() ? "an object" : "an array";
        }
        String shown = value.toString();
        return (shown.length() > SHOWN) ? shown.substring(0, SHOWN) + "…" : shown;
    }

}
