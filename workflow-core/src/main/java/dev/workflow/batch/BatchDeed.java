package dev.workflow.batch;

import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.workflow.Constraints;
import dev.workflow.client.ResetOptions;
import dev.workflow.client.TooManyRequestsException;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.engine.ActionRefusedException;
import dev.workflow.engine.EngineStoppedException;
import dev.workflow.engine.HandlerCall;
import dev.workflow.engine.Operator;
import dev.workflow.engine.StoreException;
import dev.workflow.engine.UnknownActivityException;
import dev.workflow.engine.WorkflowDetails;
import dev.workflow.engine.WorkflowRef;
import dev.workflow.engine.WorkflowService;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.OperatorActionRecorded;
import dev.workflow.history.WorkflowExecutionCancelRequested;
import dev.workflow.history.WorkflowExecutionSignaled;
import dev.workflow.interceptor.ContextPropagation;
import dev.workflow.interceptor.ContextPropagator;
import org.jspecify.annotations.Nullable;

/**
 * Does with a run what a batch is for. Where somebody has begun that before and died, it
 * is not done twice: each operation says under which request it is done, and what of
 * itself ends the run is looked up.
 */
final class BatchDeed {

    private static final int PAGE = 1_000;

    private final WorkflowService workflows;

    private final ContextPropagation context;

    private final Batch batch;

    private final BatchAction action;

    private final Map<String, String> header;

    BatchDeed(WorkflowService workflows, ContextPropagation context, Batch batch, BatchAction action) {
        this.workflows = workflows;
        this.context = context;
        this.batch = batch;
        this.action = action;
        this.header = batch.author().principal() ? Map.of(ContextPropagator.PRINCIPAL, batch.author().name())
                : Map.of();
    }

    /** What the ids of all requests of a batch begin with. */
    static String requestPrefix(Batch batch) {
        return "batch " + batch.id() + " ";
    }

    /**
     * What became of one run.
     *
     * @param kind whether it was done
     * @param reason why it was not
     */
    record Outcome(Kind kind, @Nullable String reason) {

        static final Outcome DONE = new Outcome(Kind.DONE, null);

        enum Kind {

            /** It was done. */
            DONE,

            /** It was refused. */
            FAILED,

            /** Somebody holds the run, or it takes too long. */
            HELD,

            /** The database, or the engine, cannot do it for a moment. */
            LATER

        }

        static Outcome failed(String reason) {
            return new Outcome(Kind.FAILED, reason);
        }

        boolean isDone() {
            return this.kind == Kind.DONE;
        }

    }

    /** Never throws: what goes wrong is an outcome. */
    Outcome deal(Batch.Run run) {
        try (ContextPropagation.Restored restored = this.context.restore(this.header);
                WorkflowService.Acting acting = this.workflows.actAs(this.batch.author().name())) {
            return dealWith(run);
        }
        catch (EngineStoppedException | TooManyRequestsException ex) {
            return new Outcome(Outcome.Kind.LATER, ex.getMessage());
        }
        catch (StoreException ex) {
            Outcome.Kind kind = switch (ex.kind()) {
                // What takes too long may do so each time: it must not stop all others.
                case TRANSIENT -> ex.isStatementTimeout() ? Outcome.Kind.HELD : Outcome.Kind.LATER;
                case LOCKED -> Outcome.Kind.HELD;
                default -> Outcome.Kind.FAILED;
            };
            return new Outcome(kind, String.valueOf(ex.getMessage()));
        }
        catch (RuntimeException ex) {
            return Outcome.failed((ex.getMessage() != null) ? ex.getMessage() : ex.toString());
        }
    }

    private Outcome dealWith(Batch.Run run) {
        if (run.workflowId() == null) {
            // Deleted by the attempt that is in doubt, or by somebody else.
            return (this.action instanceof BatchAction.Delete) ? Outcome.DONE
                    : Outcome.failed("Run " + run.runId() + " was deleted meanwhile");
        }
        if (run.inDoubt() && run.status() != WorkflowStatus.RUNNING && wasDone(ref(run))) {
            return Outcome.DONE;
        }
        switch (this.action) {
            case BatchAction.Signal signal -> this.workflows.signal(ref(run),
                    new HandlerCall(signal.name(), signal.input(), this.header), request(run));
            case BatchAction.Cancel cancel -> this.workflows.cancel(ref(run), reason());
            case BatchAction.Terminate terminate -> terminate(run);
            case BatchAction.Reset reset ->
                this.workflows.reset(ref(run), reset.point(), options(run, reset.keepSignals()));
            case BatchAction.Fork fork -> this.workflows.fork(ref(run), fork.point(),
                    run.workflowId() + fork.idSuffix(), options(run, fork.keepSignals()));
            case BatchAction.Delete delete -> this.workflows.delete(ref(run), delete.terminate(), reason());
            case BatchAction.OnActivities on -> {
                return onActivities(run, on);
            }
        }
        return Outcome.DONE;
    }

    private void terminate(Batch.Run run) {
        // One that is repeated finds it ended.
        if (run.status() != WorkflowStatus.TERMINATED) {
            this.workflows.terminate(ref(run), reason());
        }
    }

    /** Whether the history of a run says that this was done to it. */
    private boolean wasDone(WorkflowRef run) {
        String request = requestPrefix(this.batch) + run.runId();
        String reason = reason();
        long after = 0;
        List<HistoryEvent> page;
        do {
            page = this.workflows.history(run, after, PAGE);
            for (HistoryEvent event : page) {
                boolean found = switch (event) {
                    case WorkflowExecutionSignaled e -> request.equals(e.requestId());
                    case WorkflowExecutionCancelRequested e ->
                        this.action instanceof BatchAction.Cancel && reason.equals(e.reason());
                    case OperatorActionRecorded e -> reason.equals(e.reason());
                    default -> false;
                };
                if (found) {
                    return true;
                }
                after = event.eventId();
            }
        }
        while (!page.isEmpty());
        return false;
    }

    private Outcome onActivities(Batch.Run run, BatchAction.OnActivities on) {
        int done = 0;
        String refusal = null;
        for (WorkflowDetails.PendingActivityTask activity : this.workflows.describe(ref(run)).pendingActivities()) {
            if (on.activityType() != null && !on.activityType().equals(activity.activityType())) {
                continue;
            }
            try {
                this.workflows.operator()
                    .activity(ref(run), activity.activityId(), on.action(), new Operator(null, reason(), request(run)));
                done++;
            }
            catch (ActionRefusedException | UnknownActivityException ex) {
                refusal = ex.getMessage();
            }
        }
        if (done > 0 || (run.inDoubt() && wasDone(ref(run)))) {
            return Outcome.DONE;
        }
        return Outcome.failed((refusal != null) ? refusal : "It has no activity "
                + ((on.activityType() != null) ? "of type " + on.activityType() + " " : "") + "without a result");
    }

    private static WorkflowRef ref(Batch.Run run) {
        return new WorkflowRef(Objects.requireNonNull(run.workflowId()), run.runId().toString());
    }

    private String request(Batch.Run run) {
        return requestPrefix(this.batch) + run.runId();
    }

    private String reason() {
        String given = this.batch.wish().reason();
        String own = "(batch " + this.batch.id() + ")";
        return (given != null) ? cut(given, Constraints.MAX_TEXT_LENGTH - own.length() - 1) + " " + own : own;
    }

    /** The beginning of a text, without half of a character. */
    private static String cut(String text, int length) {
        if (text.length() <= length) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length);
    }

    private ResetOptions options(Batch.Run run, boolean keepSignals) {
        return ResetOptions.defaults().reason(reason()).keepSignals(keepSignals).requestId(request(run));
    }

}
