package dev.workflow.worker;

import java.lang.annotation.Annotation;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

import dev.workflow.ActivityOptions;
import dev.workflow.CancellationType;
import dev.workflow.Retry;
import dev.workflow.RetryOptions;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.format.datetime.standard.DurationFormatterUtils;

/** Reads the options that {@code @Activity} and {@code @ActivityMethod} share. */
final class AnnotatedOptions {

    private final UnaryOperator<String> placeholders;

    AnnotatedOptions(UnaryOperator<String> placeholders) {
        this.placeholders = placeholders;
    }

    /**
     * What the annotation sets; attributes left at their default are not set.
     * @throws IllegalArgumentException when a value is none; the message names the
     * attribute and the value
     */
    ActivityOptions read(MergedAnnotation<? extends Annotation> annotation) {
        ActivityOptions options = ActivityOptions.defaults();
        options = duration(annotation, "startToCloseTimeout", options, ActivityOptions::startToCloseTimeout);
        options = duration(annotation, "scheduleToStartTimeout", options, ActivityOptions::scheduleToStartTimeout);
        options = duration(annotation, "scheduleToCloseTimeout", options, ActivityOptions::scheduleToCloseTimeout);
        options = duration(annotation, "heartbeatTimeout", options, ActivityOptions::heartbeatTimeout);
        String taskQueue = text(annotation, "taskQueue");
        if (!taskQueue.isEmpty()) {
            options = options.taskQueue(taskQueue);
        }
        if (annotation.hasNonDefaultValue("cancellationType")) {
            options = options.cancellationType(annotation.getEnum("cancellationType", CancellationType.class));
        }
        RetryOptions retry = retry(annotation.getAnnotation("retry", Retry.class));
        return retry.equals(RetryOptions.defaults()) ? options : options.retry(retry);
    }

    private RetryOptions retry(MergedAnnotation<Retry> annotation) {
        RetryOptions options = RetryOptions.defaults();
        options = duration(annotation, "initialInterval", options, RetryOptions::initialInterval);
        options = duration(annotation, "maximumInterval", options, RetryOptions::maximumInterval);
        options = options.backoffCoefficient(annotation.getDouble("backoffCoefficient"))
            .maximumAttempts(annotation.getInt("maximumAttempts"));
        Class<?>[] doNotRetry = annotation.getClassArray("doNotRetry");
        return (doNotRetry.length > 0)
                ? options.doNotRetry(Arrays.stream(doNotRetry).map(Class::getName).toArray(String[]::new)) : options;
    }

    private <O> O duration(MergedAnnotation<?> annotation, String attribute, O options,
            BiFunction<O, Duration, O> setter) {
        String text = text(annotation, attribute);
        if (text.isEmpty()) {
            return options;
        }
        Duration duration;
        try {
            duration = DurationFormatterUtils.detectAndParse(text);
        }
        catch (RuntimeException ex) {
            throw new IllegalArgumentException(
                    attribute + ": expected a duration like 30s or PT30S, given \"" + text + '"', ex);
        }
        return setter.apply(options, duration);
    }

    private String text(MergedAnnotation<?> annotation, String attribute) {
        return this.placeholders.apply(annotation.getString(attribute)).trim();
    }

}
