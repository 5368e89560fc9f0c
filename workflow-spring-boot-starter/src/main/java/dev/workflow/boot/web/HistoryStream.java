package dev.workflow.boot.web;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.workflow.engine.WorkflowRef;
import dev.workflow.engine.WorkflowService;
import dev.workflow.history.HistoryEvent;

/**
 * One run's history as server-sent events: each event with its run and id, so that a
 * client that reconnects goes on where it was, then an {@code end} when the run has
 * closed. A comment now and then finds out whether somebody still listens.
 */
final class HistoryStream {

    private static final int PAGE = 200;

    private static final long KEEP_ALIVE = TimeUnit.SECONDS.toNanos(15);

    /** After which the client has to connect, and prove itself, again. */
    private static final long MAX_AGE = TimeUnit.HOURS.toNanos(1);

    private final WorkflowService workflows;

    private final WorkflowRef run;

    private HistoryPosition position;

    /** A stream of what comes after the position. */
    HistoryStream(WorkflowService workflows, String workflowId, HistoryPosition position) {
        this.workflows = workflows;
        this.run = new WorkflowRef(workflowId, position.runId());
        this.position = position;
    }

    /** Writes until the run has closed, the stream is too old, or the latch is open. */
    void writeTo(OutputStream out, Duration pollInterval, CountDownLatch stop)
            throws IOException, InterruptedException {
        long started = System.nanoTime();
        long lastWrite = started;
        write(out, "retry: 2000\n\n");
        // So that the client knows that it is connected, even if nothing is new for long.
        out.flush();
        while (System.nanoTime() - started < MAX_AGE) {
            List<HistoryEvent> page = this.workflows.history(this.run, this.position.eventId(), PAGE);
            for (HistoryEvent event : page) {
                this.position = this.position.at(event.eventId());
                write(out, "id: " + this.position + "\ndata: ", RestJson.write(EventView.of(event)), "\n\n");
            }
            if (!page.isEmpty() || System.nanoTime() - lastWrite > KEEP_ALIVE) {
                write(out, ":\n\n");
                out.flush();
                lastWrite = System.nanoTime();
            }
            if (!page.isEmpty() && page.getLast().closesRun()) {
                write(out, "event: end\ndata: {}\n\n");
                out.flush();
                return;
            }
            long pause = (page.size() < PAGE) ? pollInterval.toNanos() : 0;
            if (stop.await(pause, TimeUnit.NANOSECONDS)) {
                return;
            }
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void write(OutputStream out, String before, byte[] data, String after) throws IOException {
        write(out, before);
        out.write(data);
        write(out, after);
    }

}
