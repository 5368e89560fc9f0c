package dev.workflow.boot.web;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

import dev.workflow.Constraints;
import dev.workflow.client.OverlapPolicy;
import dev.workflow.client.ScheduleDescription;
import dev.workflow.client.ScheduleOptions;
import dev.workflow.engine.ScheduleService;
import dev.workflow.engine.StartRequest;
import dev.workflow.engine.WorkflowService;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;

/** Creates, changes, shows and deletes schedules. */
final class ScheduleResource {

    private static final int DEFAULT_PAGE_SIZE = 50;

    private static final int MAX_PAGE_SIZE = 500;

    private final WorkflowService workflows;

    private final ArgumentCheck check;

    ScheduleResource(WorkflowService workflows, ArgumentCheck check) {
        this.workflows = workflows;
        this.check = check;
    }

    private ScheduleService schedules() {
        return this.workflows.schedules();
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.post("/schedules", this::create), Endpoint.get("/schedules", this::list),
                Endpoint.get("/schedules/{id}", (call) -> show(call.variable("id"))),
                Endpoint.patch("/schedules/{id}", this::update),
                new Endpoint(HttpMethod.DELETE, "/schedules/{id}", false, this::delete),
                Endpoint.post("/schedules/{id}/pause", this::pause),
                Endpoint.post("/schedules/{id}/unpause", this::unpause),
                Endpoint.post("/schedules/{id}/trigger", this::trigger),
                Endpoint.post("/schedules/{id}/backfill", this::backfill));
    }

    private Reply create(RestCall call) {
        CreateBody body = call.body(CreateBody.class);
        String id = Constraints.id("scheduleId", body.scheduleId());
        StartRequest workflow = body.action(call);
        this.check.start(workflow.workflowType(), workflow.input());
        schedules().create(id, Constraints.notNull("spec", body.spec()).toSpec(), workflow, body.options());
        return Reply.json(HttpStatus.CREATED, ScheduleView.of(schedules().describe(id)))
            .header("Location", call.locationOf("schedules", id));
    }

    private Reply list(RestCall call) {
        int size = call.number("pageSize", DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
        List<ScheduleDescription> page = schedules().list(after(call.parameter("pageToken")), size);
        String next = (page.size() == size) ? token(page.getLast().scheduleId()) : null;
        return Reply.ok(new Page(page.stream().map(ScheduleView::of).toList(), next));
    }

    private static String token(String scheduleId) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(scheduleId.getBytes(StandardCharsets.UTF_8));
    }

    private static String after(@Nullable String token) {
        if (token == null) {
            return "";
        }
        try {
            return Constraints.id("pageToken",
                    new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8));
        }
        catch (IllegalArgumentException ex) {
            throw new IllegalArgumentException("pageToken: expected the nextPageToken of a page before, given " + token,
                    ex);
        }
    }

    private Reply show(String id) {
        return Reply.ok(ScheduleView.of(schedules().describe(id)));
    }

    private Reply update(RestCall call) {
        String id = call.variable("id");
        UpdateBody body = call.body(UpdateBody.class);
        schedules().update(id, (body.spec() != null) ? body.spec().toSpec() : null, body.options());
        return show(id);
    }

    private Reply delete(RestCall call) {
        schedules().delete(call.variable("id"));
        return Reply.empty(HttpStatus.NO_CONTENT);
    }

    private Reply pause(RestCall call) {
        String id = call.variable("id");
        schedules().pause(id, call.body(NoteBody.class).text());
        return show(id);
    }

    private Reply unpause(RestCall call) {
        String id = call.variable("id");
        schedules().unpause(id, call.body(NoteBody.class).text());
        return show(id);
    }

    private Reply trigger(RestCall call) {
        schedules().trigger(call.variable("id"), call.body(TriggerBody.class).overlap());
        return Reply.empty(HttpStatus.ACCEPTED);
    }

    private Reply backfill(RestCall call) {
        BackfillBody body = call.body(BackfillBody.class);
        schedules().backfill(call.variable("id"), instant("from", body.from()), instant("to", body.to()),
                body.overlap());
        return Reply.empty(HttpStatus.ACCEPTED);
    }

    /** An instant that has to be there. */
    static Instant instant(String name, @Nullable String text) {
        try {
            return OffsetDateTime.parse(Constraints.notNull(name, text)).toInstant();
        }
        catch (DateTimeException ex) {
            throw new IllegalArgumentException(
                    name + ": expected an instant such as 2026-11-01T02:00:00Z, given " + text, ex);
        }
    }

    /** How a schedule behaves, as far as it is said. */
    private static ScheduleOptions options(@Nullable OverlapPolicy overlap, @Nullable Duration catchUpWindow,
            @Nullable Boolean pauseOnFailure, @Nullable Long remainingActions, @Nullable Boolean paused,
            @Nullable String note) {
        ScheduleOptions options = ScheduleOptions.defaults();
        options = (overlap != null) ? options.overlap(overlap) : options;
        options = (catchUpWindow != null) ? options.catchUpWindow(catchUpWindow) : options;
        options = (pauseOnFailure != null) ? options.pauseOnFailure(pauseOnFailure) : options;
        options = (remainingActions != null) ? options.remainingActions(remainingActions) : options;
        options = (paused != null) ? options.paused(paused) : options;
        return (note != null) ? options.note(note) : options;
    }

    /** The request to create one. */
    private record CreateBody(@Nullable String scheduleId, @Nullable ScheduleSpecBody spec,
            StartResource.@Nullable Body workflow, @Nullable OverlapPolicy overlap, @Nullable Duration catchUpWindow,
            @Nullable Boolean pauseOnFailure, @Nullable Long remainingActions, @Nullable Boolean paused,
            @Nullable String note) {

        StartRequest action(RestCall call) {
            StartResource.Body start = Constraints.notNull("workflow", this.workflow);
            refuse("idConflictPolicy", start.idConflictPolicy(), "each run has an id of its own");
            refuse("signal", start.signal(), "it is sent with a single start");
            return start.toRequest(call);
        }

        private static void refuse(String field, @Nullable Object value, String reason) {
            if (value != null) {
                throw new IllegalArgumentException(
                        "workflow." + field + ": expected nothing in what a schedule starts, since " + reason);
            }
        }

        ScheduleOptions options() {
            return ScheduleResource.options(this.overlap, this.catchUpWindow, this.pauseOnFailure,
                    this.remainingActions, this.paused, this.note);
        }

    }

    /** The request to change one. */
    private record UpdateBody(@Nullable ScheduleSpecBody spec, @Nullable OverlapPolicy overlap,
            @Nullable Duration catchUpWindow, @Nullable Boolean pauseOnFailure, @Nullable Long remainingActions,
            @Nullable Boolean paused, @Nullable String note) {

        ScheduleOptions options() {
            return ScheduleResource.options(this.overlap, this.catchUpWindow, this.pauseOnFailure,
                    this.remainingActions, this.paused, this.note);
        }

    }

    /** The request to pause one, or to go on. */
    private record NoteBody(@Nullable String note) {

        String text() {
            return Objects.requireNonNullElse(this.note, "");
        }

    }

    /** The request to start a run. */
    private record TriggerBody(@Nullable OverlapPolicy overlap) {
    }

    /** The request to make up a period. */
    private record BackfillBody(@Nullable String from, @Nullable String to, @Nullable OverlapPolicy overlap) {
    }

    /** The answer to a list. */
    private record Page(List<ScheduleView> schedules, @Nullable String nextPageToken) {
    }

}
