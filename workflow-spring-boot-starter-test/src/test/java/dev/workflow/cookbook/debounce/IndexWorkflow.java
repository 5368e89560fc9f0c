package dev.workflow.cookbook.debounce;

import java.time.Duration;
import java.time.Instant;

import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import org.jspecify.annotations.Nullable;

/** Indexes a document once nobody has changed it for five seconds, or after a minute. */
@Workflow
public class IndexWorkflow {

    private static final Duration QUIET = Duration.ofSeconds(5);

    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final SearchIndex index;

    private @Nullable String latest;

    private int changes;

    IndexWorkflow(SearchIndex index) {
        this.index = index;
    }

    @WorkflowMethod
    public void collect(String documentId) {
        do {
            Workflows.await(() -> this.latest != null);
            awaitQuiet();
            String text = this.latest;
            this.latest = null;
            this.index.update(documentId, text);
        }
        while (this.latest != null); // changed while it was indexed
    }

    private void awaitQuiet() {
        Instant end = Workflows.now().plus(LONGEST);
        boolean changed = true;
        while (changed && Workflows.now().isBefore(end)) {
            int seen = this.changes;
            changed = Workflows.await(shorter(QUIET, Duration.between(Workflows.now(), end)),
                    () -> this.changes > seen);
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return (one.compareTo(other) < 0) ? one : other;
    }

    @SignalMethod
    public void changed(String text) {
        this.latest = text;
        this.changes++;
    }

}
