package dev.workflow.boot.web;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** A request that cannot be fulfilled, as RFC 9457 problem details tell it. */
final class RestProblem extends RuntimeException {

    private final ProblemType type;

    private final Map<String, Object> members = new LinkedHashMap<>();

    RestProblem(ProblemType type, String detail) {
        super(detail, null, false, false);
        this.type = type;
    }

    /** Adds a member beside the standard ones; null adds nothing. */
    RestProblem with(String member, @Nullable Object value) {
        if (value != null) {
            this.members.put(member, value);
        }
        return this;
    }

    ProblemType type() {
        return this.type;
    }

    private List<String> allowed() {
        return (this.members.get("allowed") instanceof Collection<?> methods)
                ? methods.stream().map(Object::toString).toList() : List.of();
    }

    /** In whole seconds, as HTTP has it. */
    private String retryAfter() {
        long seconds = (this.members.get("retryAfter") instanceof Duration duration)
                ? duration.plusMillis(999).toSeconds() : 1;
        return Long.toString(Math.max(1, seconds));
    }

    /** The answer to a request of this path. */
    Reply.Ready toReply(String instance) {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("type", this.type.uri());
        body.put("title", this.type.title());
        body.put("status", this.type.status().value());
        body.put("detail", getMessage());
        body.put("instance", instance);
        body.putAll(this.members);
        Reply.Ready reply = Reply.problem(this.type.status(), RestJson.write(body));
        return switch (this.type) {
            case METHOD_NOT_ALLOWED -> reply.header("Allow", String.join(", ", allowed()));
            case TOO_MANY_REQUESTS -> reply.header("Retry-After", retryAfter());
            case NO_WORKER, START_BLOCKED, DATABASE_UNAVAILABLE, ENGINE_STOPPED, TOO_MANY_STREAMS ->
                reply.header("Retry-After", "1");
            default -> reply;
        };
    }

}
