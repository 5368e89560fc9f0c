package dev.workflow.batch;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

import dev.workflow.ActivityOptions;
import dev.workflow.RetryOptions;
import dev.workflow.client.ResetPoint;
import dev.workflow.engine.ActivityAction;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadCodecs;
import dev.workflow.payload.StoredJson;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * An action as it is stored, one value for each column.
 *
 * @param operation its name
 * @param signalName the signal
 * @param input its arguments, through the codecs
 * @param resetEvent where to it resets; 0: to the beginning, null: to where the code has
 * gone on for the last time
 * @param keepSignals whether later signals are kept
 * @param idSuffix what a fork's id ends with
 * @param settings what only some actions have, as JSON
 */
record StoredAction(String operation, @Nullable String signalName, String input, @Nullable Long resetEvent,
        boolean keepSignals, @Nullable String idSuffix, @Nullable String settings) {

    private static final long FIRST = 0;

    private static final JsonMapper MAPPER = StoredJson.mapper().build();

    private static final String NOT_SET = "-";

    private static final Settings NONE = new Settings(null, null, null, null);

    static StoredAction of(BatchAction action, PayloadCodecs codecs) {
        String name = action.operation().name();
        String nothing = Json.EMPTY_ARRAY.text();
        return switch (action) {
            case BatchAction.Signal signal ->
                new StoredAction(name, signal.name(), codecs.encode(signal.input()).text(), null, true, null, null);
            case BatchAction.Cancel cancel -> new StoredAction(name, null, nothing, null, true, null, null);
            case BatchAction.Terminate terminate -> new StoredAction(name, null, nothing, null, true, null, null);
            case BatchAction.Reset reset ->
                new StoredAction(name, null, nothing, stored(reset.point()), reset.keepSignals(), null, null);
            case BatchAction.Fork fork ->
                new StoredAction(name, null, nothing, stored(fork.point()), fork.keepSignals(), fork.idSuffix(), null);
            case BatchAction.Delete delete -> new StoredAction(name, null, nothing, null, true, null,
                    write(new Settings(delete.terminate(), null, null, null)));
            case BatchAction.OnActivities on ->
                new StoredAction(name, null, nothing, null, true, null, write(settings(on)));
        };
    }

    private static Settings settings(BatchAction.OnActivities on) {
        Boolean resetAttempts = (on.action() instanceof ActivityAction.Unpause unpause) ? unpause.resetAttempts()
                : null;
        Options options = (on.action() instanceof ActivityAction.ChangeOptionsOf change) ? Options.of(change.options())
                : null;
        return new Settings(null, on.activityType(), resetAttempts, options);
    }

    /**
     * The action.
     * @throws IllegalArgumentException when this version does not know the operation
     * @throws dev.workflow.payload.PayloadException when the input cannot be read
     */
    BatchAction action(PayloadCodecs codecs) {
        Settings more = (this.settings != null)
                ? Objects.requireNonNull(StoredJson.read(MAPPER.readerFor(Settings.class), this.settings)) : NONE;
        return switch (known(this.operation)) {
            case SIGNAL -> new BatchAction.Signal(String.valueOf(this.signalName), codecs.decode(new Json(this.input)));
            case CANCEL -> new BatchAction.Cancel();
            case TERMINATE -> new BatchAction.Terminate();
            case RESET -> new BatchAction.Reset(point(this.resetEvent), this.keepSignals);
            case FORK -> new BatchAction.Fork(point(this.resetEvent), this.keepSignals, String.valueOf(this.idSuffix));
            case DELETE -> new BatchAction.Delete(Boolean.TRUE.equals(more.terminate()));
            case RUN_ACTIVITIES_NOW -> on(more, new ActivityAction.RunNow());
            case PAUSE_ACTIVITIES -> on(more, new ActivityAction.Pause());
            case UNPAUSE_ACTIVITIES -> on(more, new ActivityAction.Unpause(Boolean.TRUE.equals(more.resetAttempts())));
            case RESET_ACTIVITIES -> on(more, new ActivityAction.Reset());
            case UPDATE_ACTIVITY_OPTIONS ->
                on(more, new ActivityAction.ChangeOptionsOf(Objects.requireNonNull(more.options()).toOptions()));
        };
    }

    private static BatchAction.Operation known(String operation) {
        try {
            return BatchAction.Operation.valueOf(operation);
        }
        catch (IllegalArgumentException ex) {
            throw new IllegalArgumentException("This version of the engine does not know the operation " + operation,
                    ex);
        }
    }

    private static BatchAction on(Settings settings, ActivityAction action) {
        return new BatchAction.OnActivities(settings.activityType(), action);
    }

    private static String write(Settings settings) {
        return StoredJson.write(MAPPER.writer(), settings);
    }

    private static @Nullable Long stored(ResetPoint point) {
        return switch (point) {
            case ResetPoint.First first -> FIRST;
            case ResetPoint.Event event -> event.eventId();
            case ResetPoint.Last last -> null;
        };
    }

    private static ResetPoint point(@Nullable Long stored) {
        return (stored == null) ? ResetPoint.last() : (stored == FIRST) ? ResetPoint.first() : ResetPoint.event(stored);
    }

    /** What only some actions have. */
    record Settings(@Nullable Boolean terminate, @Nullable String activityType, @Nullable Boolean resetAttempts,
            @Nullable Options options) {
    }

    /** Options of activities; what is null stays as it is. */
    record Options(@Nullable Duration startToCloseTimeout, @Nullable Duration scheduleToCloseTimeout,
            @Nullable Duration scheduleToStartTimeout, @Nullable Duration heartbeatTimeout, @Nullable Retrying retry) {

        static Options of(ActivityOptions options) {
            if (options.taskQueue() != null || options.cancellationType() != null || options.summary() != null
                    || options.priority() != null) {
                throw new IllegalArgumentException(
                        "Of activities that were ordered only time-outs and retry can be changed, given " + options);
            }
            RetryOptions retry = options.retry();
            return new Options(options.startToCloseTimeout(), options.scheduleToCloseTimeout(),
                    options.scheduleToStartTimeout(), options.heartbeatTimeout(),
                    (retry != null) ? Retrying.of(retry) : null);
        }

        ActivityOptions toOptions() {
            ActivityOptions options = ActivityOptions.defaults();
            options = (this.startToCloseTimeout != null) ? options.startToCloseTimeout(this.startToCloseTimeout)
                    : options;
            options = (this.scheduleToCloseTimeout != null)
                    ? options.scheduleToCloseTimeout(this.scheduleToCloseTimeout) : options;
            options = (this.scheduleToStartTimeout != null)
                    ? options.scheduleToStartTimeout(this.scheduleToStartTimeout) : options;
            options = (this.heartbeatTimeout != null) ? options.heartbeatTimeout(this.heartbeatTimeout) : options;
            return (this.retry != null) ? options.retry(this.retry.toOptions()) : options;
        }

    }

    /** How they are retried; what is null stays as it is. */
    record Retrying(@Nullable Duration initialInterval, @Nullable Double backoffCoefficient,
            @Nullable Duration maximumInterval, @Nullable Integer maximumAttempts, @Nullable List<String> doNotRetry) {

        static Retrying of(RetryOptions retry) {
            // An empty list that is set counts.
            List<String> types = retry.orElse(RetryOptions.defaults().doNotRetry(NOT_SET)).doNotRetry();
            return new Retrying(retry.initialInterval(),
                    (retry.backoffCoefficient() > 0) ? Double.valueOf(retry.backoffCoefficient()) : null,
                    retry.maximumInterval(),
                    (retry.maximumAttempts() > 0) ? Integer.valueOf(retry.maximumAttempts()) : null,
                    types.equals(List.of(NOT_SET)) ? null : types);
        }

        RetryOptions toOptions() {
            RetryOptions options = RetryOptions.defaults();
            options = (this.initialInterval != null) ? options.initialInterval(this.initialInterval) : options;
            options = (this.backoffCoefficient != null) ? options.backoffCoefficient(this.backoffCoefficient) : options;
            options = (this.maximumInterval != null) ? options.maximumInterval(this.maximumInterval) : options;
            options = (this.maximumAttempts != null) ? options.maximumAttempts(this.maximumAttempts) : options;
            return (this.doNotRetry != null) ? options.doNotRetry(this.doNotRetry.toArray(String[]::new)) : options;
        }

    }

}
