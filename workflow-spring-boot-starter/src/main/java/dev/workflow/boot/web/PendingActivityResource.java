package dev.workflow.boot.web;

import java.time.Duration;
import java.util.List;

import dev.workflow.ActivityOptions;
import dev.workflow.RetryOptions;
import dev.workflow.engine.ActivityAction;
import dev.workflow.engine.OperatorService;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;

/** What people do to an activity that has no result yet. */
final class PendingActivityResource {

    private static final String PATH = "/workflows/{id}/activities/{activityId}/";

    private final OperatorService operator;

    PendingActivityResource(OperatorService operator) {
        this.operator = operator;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.post(PATH + "run-now", (call) -> act(call, new ActivityAction.RunNow())),
                Endpoint.post(PATH + "pause", (call) -> act(call, new ActivityAction.Pause())),
                Endpoint.post(PATH + "unpause", this::unpause),
                Endpoint.post(PATH + "reset", (call) -> act(call, new ActivityAction.Reset())),
                Endpoint.post(PATH + "complete", this::complete), Endpoint.post(PATH + "fail", this::fail),
                Endpoint.patch(PATH + "options", this::options));
    }

    private Reply act(RestCall call, ActivityAction action) {
        return act(call, action, call.body(Because.class).reason());
    }

    private Reply act(RestCall call, ActivityAction action, @Nullable String reason) {
        this.operator.activity(call.workflow(), call.variable("activityId"), action, Because.operator(call, reason));
        return Reply.empty(HttpStatus.ACCEPTED);
    }

    private Reply unpause(RestCall call) {
        Unpausing body = call.body(Unpausing.class);
        return act(call, new ActivityAction.Unpause(Boolean.TRUE.equals(body.resetAttempts)), body.reason);
    }

    private Reply complete(RestCall call) {
        Completion body = call.body(Completion.class);
        return act(call, new ActivityAction.Complete(call.payload(body.result)), body.reason);
    }

    private Reply fail(RestCall call) {
        Failure body = call.body(Failure.class);
        return act(call, new ActivityAction.Fail(ReportedFailure.of(call, body.message, body.type, true, body.details)),
                body.reason);
    }

    private Reply options(RestCall call) {
        Options body = call.body(Options.class);
        return act(call, new ActivityAction.ChangeOptionsOf(body.toOptions()), body.reason);
    }

    /** Lets it go on. */
    private record Unpausing(@Nullable Boolean resetAttempts, @Nullable String reason) {
    }

    /** What it returns. */
    private record Completion(@Nullable Json result, @Nullable String reason) {
    }

    /** How it fails. */
    private record Failure(@Nullable String message, @Nullable String type, @Nullable Json details,
            @Nullable String reason) {
    }

    /** What is changed about it. */
    record Options(@Nullable Duration startToCloseTimeout, @Nullable Duration scheduleToCloseTimeout,
            @Nullable Duration scheduleToStartTimeout, @Nullable Duration heartbeatTimeout, @Nullable Retrying retry,
            @Nullable String reason) {

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

    /** How it is retried from now on. */
    record Retrying(@Nullable Duration initialInterval, @Nullable Double backoffCoefficient,
            @Nullable Duration maximumInterval, @Nullable Integer maximumAttempts, @Nullable List<String> doNotRetry) {

        RetryOptions toOptions() {
            RetryOptions options = RetryOptions.defaults();
            options = (this.initialInterval != null) ? options.initialInterval(this.initialInterval) : options;
            options = (this.backoffCoefficient != null) ? options.backoffCoefficient(this.backoffCoefficient) : options;
            options = (this.maximumInterval != null) ? options.maximumInterval(this.maximumInterval) : options;
            options = (this.maximumAttempts != null) ? options.maximumAttempts(unlimited(this.maximumAttempts))
                    : options;
            return (this.doNotRetry != null) ? options.doNotRetry(this.doNotRetry.toArray(String[]::new)) : options;
        }

        /** In Java 0 is an option that is not set; here nobody writes what is not. */
        private static int unlimited(int attempts) {
            return (attempts == 0) ? Integer.MAX_VALUE : attempts;
        }

    }

}
