package dev.workflow.boot.web;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.workflow.client.OperatorAction;
import dev.workflow.engine.OperatorService;
import org.jspecify.annotations.Nullable;

/** What people did that is in no history. */
final class OperatorActionResource {

    private static final int PAGE = 100;

    private static final int MAX_PAGE = 1_000;

    private final OperatorService operator;

    OperatorActionResource(OperatorService operator) {
        this.operator = operator;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.get("/operator-actions", this::list));
    }

    private Reply list(RestCall call) {
        int size = call.number("pageSize", PAGE, MAX_PAGE);
        List<OperatorAction> actions = this.operator.actions(subject(call.parameter("subject")), call.parameter("name"),
                before(call.parameter("pageToken")), size);
        return Reply.ok(new Listed(actions, (actions.size() == size) ? Long.toString(actions.getLast().id()) : null));
    }

    private static OperatorAction.@Nullable Subject subject(@Nullable String given) {
        if (given == null) {
            return null;
        }
        try {
            return OperatorAction.Subject.valueOf(given.toUpperCase(Locale.ROOT).replace('-', '_'));
        }
        catch (IllegalArgumentException ex) {
            throw new IllegalArgumentException("subject: expected one of " + Stream.of(OperatorAction.Subject.values())
                .map((subject) -> subject.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .collect(Collectors.joining(", ")) + ", given " + given, ex);
        }
    }

    private static long before(@Nullable String token) {
        try {
            return (token != null) ? Long.parseLong(token) : Long.MAX_VALUE;
        }
        catch (NumberFormatException ex) {
            throw new IllegalArgumentException("pageToken: expected that of a page before, given " + token, ex);
        }
    }

    /** Newest first. */
    private record Listed(List<OperatorAction> actions, @Nullable String nextPageToken) {
    }

}
