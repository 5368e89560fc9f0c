package dev.workflow.boot.web;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import dev.workflow.Constraints;
import dev.workflow.engine.WorkflowRef;
import dev.workflow.payload.Json;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.http.server.RequestPath;
import org.springframework.util.StringUtils;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * A request to an operation, its parts read and checked as they are asked for.
 *
 * @param request the request
 * @param variables the variables of its path
 * @param basePath the path that all resources begin with
 * @param bodies reads its body
 */
record RestCall(HttpServletRequest request, Map<String, String> variables, String basePath, RequestBody bodies) {

    /** A variable of the path. */
    String variable(String name) {
        String segment = this.variables.get(name);
        return Constraints.id(name, (segment != null) ? PathSegments.decode(name, segment) : null);
    }

    /** A parameter of the query string; null: not given, or empty. */
    @Nullable String parameter(String name) {
        String value;
        try {
            value = this.request.getParameter(name);
        }
        catch (RuntimeException ex) {
            // Each container has its own way to say so.
            throw new IllegalArgumentException("Query string: expected UTF-8, percent-encoded", ex);
        }
        return StringUtils.hasText(value) ? Constraints.text(name, value) : null;
    }

    /** The workflow that the path and the parameter {@code runId} name. */
    WorkflowRef workflow() {
        String runId = parameter("runId");
        return new WorkflowRef(variable("id"), (runId != null) ? Constraints.id("runId", runId) : null);
    }

    /** Whether a parameter says yes. */
    boolean flag(String name) {
        String value = parameter(name);
        if (value == null || value.equals("false")) {
            return false;
        }
        if (value.equals("true")) {
            return true;
        }
        throw new IllegalArgumentException(name + ": expected true or false, given " + value);
    }

    /** A number given as a parameter. */
    int number(String name, int defaultValue, int max) {
        String value = parameter(name);
        if (value == null) {
            return defaultValue;
        }
        try {
            return (int) Constraints.between(name, Long.parseLong(value), 1, max);
        }
        catch (NumberFormatException ex) {
            throw new IllegalArgumentException(name + ": expected a number from 1 to " + max + ", given " + value, ex);
        }
    }

    /** How long to wait, given as a parameter; at most the given time. */
    Duration waitTime(Duration max) {
        String value = parameter("wait");
        if (value == null) {
            return Duration.ZERO;
        }
        try {
            return bounded(Durations.parse(value), max);
        }
        catch (IllegalArgumentException ex) {
            throw new IllegalArgumentException("wait: expected a duration such as 500ms or 30s, given " + value, ex);
        }
    }

    static Duration bounded(Duration wait, Duration max) {
        Constraints.notNegative("wait", wait);
        return (wait.compareTo(max) > 0) ? max : wait;
    }

    <T> T body(Class<T> type) {
        return RestJson.read(this.bodies.read(this.request), type);
    }

    /**
     * The body of a request that changes what it has a member for, be it {@code null}:
     * one without any of them says nothing, and would take away what somebody set.
     */
    <T> T bodyWith(Class<T> type, String... members) {
        byte[] body = this.bodies.read(this.request);
        T value = RestJson.read(body, type);
        Set<String> given = RestJson.members(body);
        if (Stream.of(members).noneMatch(given::contains)) {
            throw ProblemType.INVALID_REQUEST.because("Expected a JSON object with '" + String.join("' or '", members)
                    + "': a number, or null to take away what was set.");
        }
        return value;
    }

    /** A list of arguments from the body; empty when there is none. */
    Json arguments(String field, @Nullable Json value) {
        if (value == null || value.isNull()) {
            return Json.EMPTY_ARRAY;
        }
        if (!value.text().startsWith("[")) {
            throw ProblemType.INVALID_ARGUMENTS.because("Field '" + field + "': expected a JSON array of arguments.");
        }
        return payload(value);
    }

    /** A value from the body; JSON {@code null} when there is none. */
    Json payload(@Nullable Json value) {
        if (value == null) {
            return Json.NULL;
        }
        // Cheap for nearly all: no character takes more than three bytes.
        if (value.text().length() > this.bodies.maxPayloadBytes() / 3
                && value.text().getBytes(StandardCharsets.UTF_8).length > this.bodies.maxPayloadBytes()) {
            throw this.bodies.tooLarge();
        }
        return value;
    }

    /** Where a workflow is found. */
    String locationOf(String workflowId) {
        return locationOf("workflows", workflowId);
    }

    /** Where something else of that id is found. */
    String locationOf(String resource, String id) {
        RequestPath path = ServletRequestPathUtils.getParsedRequestPath(this.request);
        // Of the context and, where it has a path of its own, of the servlet.
        String before = path.value()
            .substring(0, path.value().length() - path.pathWithinApplication().value().length());
        return before + this.basePath + "/" + resource + "/" + PathSegments.encode(id);
    }

}
