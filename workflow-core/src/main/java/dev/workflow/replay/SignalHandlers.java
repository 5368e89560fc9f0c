package dev.workflow.replay;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

import dev.workflow.Arguments;
import dev.workflow.Workflows;
import dev.workflow.history.WorkflowExecutionSignaled;
import dev.workflow.interceptor.WorkflowInterceptor;
import dev.workflow.payload.PayloadException;
import dev.workflow.replay.WorkflowDefinition.Handler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The signals of a run. Each is handled on a thread of its own, in the order of arrival.
 * Signals without a handler wait for one. A signal whose arguments do not fit is dropped
 * with a warning: its sender has long gone, and the run must not fail for ever for what
 * somebody sent to it.
 */
final class SignalHandlers {

    private static final Logger logger = LoggerFactory.getLogger(WorkflowMachine.class);

    /**
     * Histories without this marker are of a time when a handler that decodes its
     * arguments itself failed the run by them, where the type says so of the exception.
     */
    private static final String DROPPED = "__unfit-signal-dropped";

    private final Run run;

    private final Endpoints endpoints;

    private List<WorkflowExecutionSignaled> waiting = Collections.emptyList();

    SignalHandlers(Run run) {
        this.run = run;
        this.endpoints = new Endpoints(run.settings().payloads());
    }

    /** Signals that came before are handled from now on, in the order of arrival. */
    void bind(Map<String, Handler> methods, Object workflow) {
        this.endpoints.bind(methods, workflow);
        handleWaiting();
    }

    /** Adds a handler, also of signals that came before. */
    void register(String name, Endpoint endpoint) {
        this.endpoints.add(name, endpoint);
        handleWaiting();
    }

    /** Sets the handler of signals without one, also of those that came before. */
    void registerAny(BiFunction<String, Arguments, ?> handler) {
        this.endpoints.any(handler);
        handleWaiting();
    }

    private void handleWaiting() {
        List<WorkflowExecutionSignaled> before = this.waiting;
        this.waiting = Collections.emptyList();
        before.forEach(this::signaled);
    }

    void signaled(WorkflowExecutionSignaled signal) {
        Endpoint endpoint = this.endpoints.get(signal.signalName());
        if (endpoint != null) {
            handle(endpoint, signal);
        }
        else {
            if (this.waiting.isEmpty()) {
                this.waiting = new ArrayList<>();
            }
            this.waiting.add(signal);
        }
    }

    private void handle(Endpoint endpoint, WorkflowExecutionSignaled signal) {
        this.run.handlers().start("signal " + signal.signalName(), signal.header(), () -> {
            Endpoint.Prepared invocation;
            try {
                invocation = endpoint.prepare(signal.input());
            }
            catch (PayloadException unfit) {
                warn(signal, unfit);
                return;
            }
            invoke(signal, invocation);
        });
    }

    private void invoke(WorkflowExecutionSignaled signal, Endpoint.Prepared invocation) throws Throwable {
        try {
            this.run.incoming(WorkflowInterceptor::signal, signal.signalName(), invocation);
        }
        catch (RuntimeException thrown) {
            if (invocation.refusedWith(thrown) && mayDrop(thrown)) {
                warn(signal, thrown);
            }
            // In a canceled run this is how a handler ends that was waiting; how the run
            // ends is the main method's.
            else if (!this.run.end().isCancellation(thrown)) {
                throw thrown;
            }
        }
    }

    /** The marker is asked for first: what fails a run may change while it is open. */
    private boolean mayDrop(RuntimeException unfit) {
        return this.run.end().isDecided() || this.run.markers().version(DROPPED, Workflows.DEFAULT_VERSION, 1) == 1
                || !this.run.end().isFailure(unfit);
    }

    private void warn(WorkflowExecutionSignaled signal, RuntimeException unfit) {
        if (!this.run.log().isReplaying()) {
            logger.warn("Signal '{}' (event {}) of {} was dropped: {}", signal.signalName(), signal.eventId(),
                    this.run.describe(), unfit.getMessage());
        }
    }

}
