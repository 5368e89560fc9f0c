package dev.workflow.boot.web;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import dev.workflow.engine.WorkflowRef;
import dev.workflow.engine.WorkflowService;
import dev.workflow.history.EventCodec;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.WorkflowExecutionStarted;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/** The history of a run: page by page, or live. */
final class HistoryResource {

    private static final int DEFAULT_PAGE_SIZE = 200;

    private static final int MAX_PAGE_SIZE = 1_000;

    private final WorkflowService workflows;

    HistoryResource(WorkflowService workflows) {
        this.workflows = workflows;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.get("/workflows/{id}/history", this::history));
    }

    private Reply history(RestCall call) {
        if (call.flag("download")) {
            return download(call);
        }
        return call.request().getMethod().equals("GET") && wantsStream(call.request().getHeader("Accept"))
                ? stream(call) : page(call);
    }

    private Reply page(RestCall call) {
        int size = call.number("pageSize", DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
        String token = call.parameter("pageToken");
        HistoryPosition position = (token != null) ? pageToken(token) : beginning(call);
        WorkflowRef run = new WorkflowRef(call.variable("id"), position.runId());
        List<HistoryEvent> events = this.workflows.history(run, position.eventId(), size);
        boolean last = events.isEmpty() || this.workflows.history(run, events.getLast().eventId(), 1).isEmpty();
        String next = last ? null : position.at(events.getLast().eventId()).toString();
        return Reply.ok(new Page(events.stream().map(EventView::of).toList(), next));
    }

    /** The whole of it, as it is at this moment; read page by page, as it is written. */
    private Reply download(RestCall call) {
        WorkflowRef run = new WorkflowRef(call.variable("id"), runOf(call.workflow()));
        List<HistoryEvent> first = this.workflows.history(run, 0, MAX_PAGE_SIZE);
        // Encoded before the answer begins, since from then on nothing can be refused.
        String begin = elements(first);
        return new Reply.Download("history-" + run.runId() + ".json", (writer) -> {
            writer.append("[\n").append(begin);
            List<HistoryEvent> page = first;
            while (!page.isEmpty()) {
                page = this.workflows.history(run, page.getLast().eventId(), MAX_PAGE_SIZE);
                if (!page.isEmpty()) {
                    writer.append(",\n").append(elements(page));
                }
            }
            writer.append("\n]\n");
        });
    }

    private static String elements(List<HistoryEvent> events) {
        return events.stream().map(EventCodec::toElement).collect(Collectors.joining(",\n"));
    }

    private Reply stream(RestCall call) {
        HistoryPosition position = lastEventId(call);
        long seen = position.eventId();
        WorkflowRef run = new WorkflowRef(call.variable("id"), position.runId());
        // Read before the answer begins, since from then on nothing can be refused.
        List<HistoryEvent> last = this.workflows.history(run, Math.max(0, seen - 1), 1);
        if (seen > 0 && last.isEmpty()) {
            throw new IllegalArgumentException(
                    "Last-Event-ID: expected the id of an event, and this run has no event " + seen);
        }
        if (seen > 0 && last.getFirst().closesRun()) {
            // What stops a browser from connecting again.
            return Reply.empty(HttpStatus.NO_CONTENT);
        }
        return new Reply.Streaming(new HistoryStream(this.workflows, run.workflowId(), position));
    }

    /**
     * A later page must be of the same run, whatever has become of the workflow: its
     * first event says which it is.
     */
    private String runOf(WorkflowRef workflow) {
        if (workflow.runId() != null) {
            return workflow.runId();
        }
        List<HistoryEvent> first = this.workflows.history(workflow, 0, 1);
        return (!first.isEmpty() && first.getFirst() instanceof WorkflowExecutionStarted started) ? started.runId()
                : this.workflows.describe(workflow).runId();
    }

    /** Only whoever names it, and wants it no less than JSON. */
    private static boolean wantsStream(@Nullable String accept) {
        try {
            List<MediaType> accepted = MediaType.parseMediaTypes(accept);
            double stream = quality(accepted, MediaType.TEXT_EVENT_STREAM::equalsTypeAndSubtype);
            return stream > 0 && stream >= quality(accepted, (type) -> type.includes(MediaType.APPLICATION_JSON));
        }
        catch (InvalidMediaTypeException ex) {
            return false;
        }
    }

    private static double quality(List<MediaType> accepted, Predicate<MediaType> which) {
        return accepted.stream().filter(which).mapToDouble(MediaType::getQualityValue).max().orElse(0);
    }

    private HistoryPosition beginning(RestCall call) {
        return new HistoryPosition(runOf(call.workflow()), 0);
    }

    private static HistoryPosition pageToken(String token) {
        try {
            return HistoryPosition.parse("pageToken", token);
        }
        catch (IllegalArgumentException ex) {
            throw new IllegalArgumentException("pageToken: expected one from an earlier page", ex);
        }
    }

    /** A number alone is an event of the run that the path means. */
    private HistoryPosition lastEventId(RestCall call) {
        String header = call.request().getHeader("Last-Event-ID");
        if (header == null || header.isBlank()) {
            return beginning(call);
        }
        String id = header.trim();
        try {
            return HistoryPosition.parse("Last-Event-ID",
                    (id.indexOf('.') < 0) ? runOf(call.workflow()) + "." + id : id);
        }
        catch (NumberFormatException ex) {
            throw new IllegalArgumentException("Last-Event-ID: expected the id of an event, given " + header, ex);
        }
    }

    /** The answer. */
    private record Page(List<EventView> events, @Nullable String nextPageToken) {
    }

}
