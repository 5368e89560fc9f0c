package dev.workflow.failure;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import dev.workflow.Constraints;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * A failure that the application means: thrown by activities and workflows, and what
 * every other exception of theirs becomes when it travels (its type is then the
 * exception's full class name). Immutable: the methods that add something return a new
 * failure with the same stack trace.
 */
public final class ApplicationFailure extends WorkflowException {

    private final String type;

    private final boolean nonRetryable;

    private final @Nullable Duration nextRetryDelay;

    private final transient Details details;

    private ApplicationFailure(@Nullable String message, String type, boolean nonRetryable,
            @Nullable Duration nextRetryDelay, Details details, @Nullable Throwable cause) {
        super(message, cause);
        this.type = Constraints.notNull("type", type);
        this.nonRetryable = nonRetryable;
        this.nextRetryDelay = nextRetryDelay;
        this.details = details;
    }

    /**
     * A failure that may be retried.
     * @param message what happened
     * @param type what kind of failure it is, for those who handle it and for
     * {@code doNotRetry}
     * @param details what else to say, encoded as arguments are
     */
    public static ApplicationFailure of(@Nullable String message, String type, @Nullable Object... details) {
        return new ApplicationFailure(message, type, false, null, new LiveDetails(details), null);
    }

    /** As {@link #of}, for a failure that no retry will mend. */
    public static ApplicationFailure nonRetryable(@Nullable String message, String type, @Nullable Object... details) {
        return new ApplicationFailure(message, type, true, null, new LiveDetails(details), null);
    }

    /**
     * A failure that has travelled, for the code that reads it back.
     * @param details still encoded: decoded when and as what they are asked for
     */
    public static ApplicationFailure decoded(@Nullable String message, String type, boolean nonRetryable,
            @Nullable Duration nextRetryDelay, Details details, @Nullable Throwable cause) {
        return new ApplicationFailure(message, type, nonRetryable, nextRetryDelay, details, cause);
    }

    /** This failure with a cause, which travels with it. */
    public ApplicationFailure causedBy(Throwable cause) {
        return copy(this.nextRetryDelay, cause);
    }

    /**
     * This failure with the pause before the next attempt, in place of the one by the
     * retry options. The attempts are counted all the same.
     * @param delay zero or more
     */
    public ApplicationFailure nextRetryDelay(Duration delay) {
        return copy(Constraints.notNegative("nextRetryDelay", delay), getCause());
    }

    /** The pause before the next attempt; null when the retry options say it. */
    public @Nullable Duration nextRetryDelay() {
        return this.nextRetryDelay;
    }

    /** What kind of failure it is. */
    public String type() {
        return this.type;
    }

    /** Whether no retry will mend it. */
    public boolean isNonRetryable() {
        return this.nonRetryable;
    }

    /**
     * All details; of a failure that has travelled as the types that JSON has: maps,
     * lists, strings, numbers.
     */
    public List<Object> details() {
        return IntStream.range(0, this.details.size())
            .<Object>mapToObj((index) -> this.details.get(index, Object.class))
            .toList();
    }

    /**
     * The details as they are held, for the code that writes a failure: encoded ones need
     * not be decoded for it.
     */
    public Details rawDetails() {
        return this.details;
    }

    /**
     * One of the details.
     * @param index its place, from 0
     * @param type what to read it as
     * @return empty when there are not so many, or it is null
     * @throws IllegalArgumentException when it cannot be read as that type
     */
    public <T> Optional<T> detail(int index, Class<T> type) {
        return detail(index, (Type) type);
    }

    /** As {@link #detail(int, Class)}, for a generic type. */
    public <T> Optional<T> detail(int index, ParameterizedTypeReference<T> type) {
        return detail(index, type.getType());
    }

    private <T> Optional<T> detail(int index, Type type) {
        Constraints.between("index", index, 0, Integer.MAX_VALUE);
        return (index < this.details.size()) ? Optional.ofNullable(this.details.get(index, type)) : Optional.empty();
    }

    private ApplicationFailure copy(@Nullable Duration delay, @Nullable Throwable cause) {
        ApplicationFailure copy = new ApplicationFailure(getMessage(), this.type, this.nonRetryable, delay,
                this.details, cause);
        copy.setStackTrace(getStackTrace());
        return copy;
    }

    /** The details of a failure, live or encoded. */
    public interface Details {

        /** How many there are. */
        int size();

        /**
         * One of them, as the given type.
         * @param index its place, from 0
         * @param type what to read it as
         * @throws IllegalArgumentException when it cannot be read as that type
         */
        <T> @Nullable T get(int index, Type type);

    }

    /** Details of a failure that was made here: they are what they are. */
    private record LiveDetails(List<Object> values) implements Details {

        LiveDetails(@Nullable Object[] values) {
            this(Collections.unmodifiableList(Arrays.asList(values.clone())));
        }

        @Override
        public int size() {
            return this.values.size();
        }

        @Override
        @SuppressWarnings("unchecked")
        public <T> @Nullable T get(int index, Type type) {
            Object value = this.values.get(index);
            if (value != null && !ClassUtils.isAssignableValue(ResolvableType.forType(type).toClass(), value)) {
                throw new IllegalArgumentException("detail " + index + ": expected " + type.getTypeName() + ", given "
                        + value.getClass().getTypeName());
            }
            return (T) value;
        }

    }

}
