package dev.workflow.boot.web;

import java.util.Locale;

import org.springframework.http.HttpStatus;

/**
 * What can be wrong with a request: each is a stable {@code type} of problem details, a
 * status and a title.
 */
enum ProblemType {

    MALFORMED_JSON(HttpStatus.BAD_REQUEST, "Malformed JSON"),

    INVALID_REQUEST(HttpStatus.BAD_REQUEST, "Invalid request"),

    INVALID_ARGUMENTS(HttpStatus.BAD_REQUEST, "Invalid arguments"),

    INVALID_LIST_QUERY(HttpStatus.BAD_REQUEST, "Invalid list query"),

    UNKNOWN_WORKFLOW_TYPE(HttpStatus.BAD_REQUEST, "Unknown workflow type"),

    ACCESS_DENIED(HttpStatus.FORBIDDEN, "Access denied"),

    UNTRUSTED_HOST(HttpStatus.FORBIDDEN, "Untrusted host"),

    FOREIGN_ORIGIN(HttpStatus.FORBIDDEN, "Foreign origin"),

    UNKNOWN_RESOURCE(HttpStatus.NOT_FOUND, "Unknown resource"),

    UNKNOWN_WORKFLOW(HttpStatus.NOT_FOUND, "Unknown workflow"),

    UNKNOWN_SCHEDULE(HttpStatus.NOT_FOUND, "Unknown schedule"),

    UNKNOWN_BATCH(HttpStatus.NOT_FOUND, "Unknown batch"),

    UNKNOWN_TASK_QUEUE(HttpStatus.NOT_FOUND, "Unknown task queue"),

    UNKNOWN_TASK_TOKEN(HttpStatus.NOT_FOUND, "Unknown task token"),

    UNKNOWN_ACTIVITY(HttpStatus.NOT_FOUND, "Unknown activity"),

    METHOD_NOT_ALLOWED(HttpStatus.METHOD_NOT_ALLOWED, "Method not allowed"),

    WORKFLOW_ALREADY_STARTED(HttpStatus.CONFLICT, "Workflow already started"),

    SCHEDULE_ALREADY_EXISTS(HttpStatus.CONFLICT, "Schedule already exists"),

    UNREADABLE_SCHEDULE(HttpStatus.CONFLICT, "Unreadable schedule"),

    CHILD_IS_OPEN(HttpStatus.CONFLICT, "Child is open"),

    START_BLOCKED(HttpStatus.CONFLICT, "Start blocked"),

    ACTION_REFUSED(HttpStatus.CONFLICT, "Action refused"),

    PAYLOAD_TOO_LARGE(HttpStatus.CONTENT_TOO_LARGE, "Payload too large"),

    UNSUPPORTED_MEDIA_TYPE(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "Unsupported media type"),

    TOO_MANY_REQUESTS(HttpStatus.TOO_MANY_REQUESTS, "Too many requests"),

    QUERY_FAILED(HttpStatus.UNPROCESSABLE_CONTENT, "Query failed"),

    UPDATE_REJECTED(HttpStatus.UNPROCESSABLE_CONTENT, "Update rejected"),

    UPDATE_FAILED(HttpStatus.UNPROCESSABLE_CONTENT, "Update failed"),

    INTERNAL_ERROR(HttpStatus.INTERNAL_SERVER_ERROR, "Internal error"),

    NO_WORKER(HttpStatus.SERVICE_UNAVAILABLE, "No worker"),

    UNREADABLE_PAYLOAD(HttpStatus.SERVICE_UNAVAILABLE, "Unreadable payload"),

    DATABASE_UNAVAILABLE(HttpStatus.SERVICE_UNAVAILABLE, "Database unavailable"),

    ENGINE_STOPPED(HttpStatus.SERVICE_UNAVAILABLE, "Engine stopped"),

    TOO_MANY_STREAMS(HttpStatus.SERVICE_UNAVAILABLE, "Too many streams");

    private final HttpStatus status;

    private final String title;

    ProblemType(HttpStatus status, String title) {
        this.status = status;
        this.title = title;
    }

    HttpStatus status() {
        return this.status;
    }

    String title() {
        return this.title;
    }

    /**
     * The {@code type} by which programs know it, for example
     * {@code urn:workflow:problem:unknown-workflow}.
     */
    String uri() {
        return "urn:workflow:problem:" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    RestProblem because(String detail) {
        return new RestProblem(this, detail);
    }

}
