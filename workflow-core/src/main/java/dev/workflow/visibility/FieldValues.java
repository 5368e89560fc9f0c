package dev.workflow.visibility;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Locale;
import java.util.UUID;

import dev.workflow.client.WorkflowStatus;
import org.jspecify.annotations.Nullable;

/**
 * Checks the values that are compared with built-in fields, and gives them the type of
 * the column.
 */
final class FieldValues {

    /**
     * PostgreSQL's times begin in the year -4713 and end in 294276; these bounds are
     * enough for a workflow's.
     */
    private static final int MAX_YEAR = 9999;

    private FieldValues() {
    }

    static Object of(Field field, Literal literal) {
        Object value = switch (field.type()) {
            case TEXT, ATTRIBUTE -> (literal.value() instanceof String text) ? text : null;
            case NUMBER -> (literal.value() instanceof Long number) ? number : null;
            case TIME -> (literal.value() instanceof String text) ? time(text) : null;
            case STATUS -> (literal.value() instanceof String text) ? status(text) : null;
            case STATE -> null;
            case RUN_ID -> (literal.value() instanceof String text) ? runId(text) : null;
        };
        if (value == null) {
            throw ListQueryException.at(literal.position(), field.fieldName() + " expects " + expected(field.type()));
        }
        return value;
    }

    /** A time with an offset, or a day, which begins at midnight UTC. */
    static @Nullable OffsetDateTime time(String text) {
        try {
            OffsetDateTime time = (text.length() == 10) ? LocalDate.parse(text).atStartOfDay().atOffset(ZoneOffset.UTC)
                    : OffsetDateTime.parse(text).withOffsetSameInstant(ZoneOffset.UTC);
            return (time.getYear() >= 0 && time.getYear() <= MAX_YEAR) ? time : null;
        }
        catch (DateTimeException ex) {
            return null;
        }
    }

    static @Nullable Instant instant(String text) {
        OffsetDateTime time = time(text);
        return (time != null) ? time.toInstant() : null;
    }

    /**
     * By name in any case, with or without underscores, as Temporal writes them
     * ({@code TimedOut}).
     */
    private static @Nullable String status(String text) {
        String wanted = text.replace("_", "");
        return Arrays.stream(WorkflowStatus.values())
            .map(WorkflowStatus::name)
            .filter((name) -> name.replace("_", "").equalsIgnoreCase(wanted))
            .findFirst()
            .orElse(null);
    }

    private static @Nullable UUID runId(String text) {
        try {
            UUID runId = UUID.fromString(text);
            return runId.toString().equals(text.toLowerCase(Locale.ROOT)) ? runId : null;
        }
        catch (IllegalArgumentException ex) {
            return null;
        }
    }

    private static String expected(FieldType type) {
        return (type == FieldType.STATUS) ? "one of " + Arrays.toString(WorkflowStatus.values()) : type.expected();
    }

}
