package dev.workflow.replay;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

import dev.workflow.Workflows;
import dev.workflow.Arguments;
import dev.workflow.history.WorkflowExecutionUpdateAccepted;
import dev.workflow.history.WorkflowExecutionUpdateCompleted;
import dev.workflow.interceptor.WorkflowInterceptor;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadException;
import dev.workflow.replay.WorkflowDefinition.Handler;
import org.jspecify.annotations.Nullable;

/**
 * The updates of a run. One is validated, which leaves no trace, then accepted by an
 * event; its handler runs on a thread of its own and ends with a result or a failure.
 * Whatever is accepted is answered before the run ends.
 */
final class UpdateHandlers {

    /**
     * Histories without this marker are of a time when a handler that decodes its
     * arguments itself could fail the run by them.
     */
    private static final String ANSWERED = "__unfit-update-answered";

    private final Run run;

    private final Endpoints endpoints;

    private final Endpoints validators;

    private Map<String, WorkflowExecutionUpdateAccepted> unanswered = Collections.emptyMap();

    UpdateHandlers(Run run) {
        this.run = run;
        this.endpoints = new Endpoints(run.settings().payloads());
        this.validators = new Endpoints(run.settings().payloads());
    }

    void bind(Map<String, Handler> methods, Map<String, Handler> validatorMethods, Object workflow) {
        this.endpoints.bind(methods, workflow);
        this.validators.bind(validatorMethods, workflow);
    }

    void register(String name, Endpoint endpoint, @Nullable Endpoint validator) {
        this.endpoints.add(name, endpoint);
        this.validators.add(name, validator);
    }

    void registerAny(BiFunction<String, Arguments, ?> handler, @Nullable BiConsumer<String, Arguments> validator) {
        this.endpoints.any(handler);
        this.validators.any((validator != null) ? (name, arguments) -> {
            validator.accept(name, arguments);
            return "";
        } : null);
    }

    /** The one for any update is not for those that have a handler of their own. */
    private @Nullable Endpoint validator(String name) {
        return (this.endpoints.own(name) != null) ? this.validators.own(name) : this.validators.get(name);
    }

    /** Whether the update would be accepted now: null, or why not. */
    @Nullable FailureInfo validate(String name, Json input) {
        Endpoint endpoint = this.endpoints.get(name);
        if (endpoint == null) {
            return FailureInfo.application("UnknownUpdate",
                    "There is no update '" + name + "'; " + (this.endpoints.names().isEmpty() ? "there are none"
                            : "there are " + String.join(", ", this.endpoints.names())),
                    true);
        }
        try {
            endpoint.prepare(input);
            Endpoint validator = validator(name);
            return (validator != null) ? refusal(name, validator.prepare(input)) : null;
        }
        catch (PayloadException unfit) {
            return invalidArguments(name, unfit);
        }
        catch (Throwable refused) {
            return this.run.failures().encode(refused);
        }
    }

    private @Nullable FailureInfo refusal(String name, Endpoint.Prepared validation) throws Throwable {
        try {
            validation.invoke();
            return null;
        }
        catch (RuntimeException refused) {
            if (validation.refusedWith(refused)) {
                return invalidArguments(name, refused);
            }
            throw refused;
        }
    }

    private static FailureInfo invalidArguments(String name, RuntimeException unfit) {
        return FailureInfo.application("InvalidArguments",
                "The arguments of update '" + name + "' do not fit: " + unfit.getMessage(), true);
    }

    void accepted(WorkflowExecutionUpdateAccepted update) {
        if (this.unanswered.isEmpty()) {
            this.unanswered = new LinkedHashMap<>(4);
        }
        this.unanswered.put(update.updateId(), update);
        this.run.handlers().start("update " + update.updateName(), update.header(), () -> handle(update));
    }

    private void handle(WorkflowExecutionUpdateAccepted update) throws Throwable {
        Endpoint endpoint = this.endpoints.get(update.updateName());
        if (endpoint == null) {
            throw new IllegalStateException("The workflow has no handler for update '" + update.updateName()
                    + "' that was accepted in event " + update.eventId());
        }
        Endpoint.Prepared invocation = endpoint.prepare(update.input());
        Json result;
        try {
            Object value = this.run.incoming(WorkflowInterceptor::update, update.updateName(), invocation);
            result = this.run.settings().payloads().encode(value);
        }
        catch (Exception thrown) {
            if (thrown instanceof RuntimeException unfit && invocation.refusedWith(unfit)
                    && this.run.markers().version(ANSWERED, Workflows.DEFAULT_VERSION, 1) == 1) {
                answerOpen(update, null, invalidArguments(update.updateName(), unfit));
                return;
            }
            if (!this.run.failures().isFailure(thrown)) {
                throw thrown;
            }
            answerOpen(update, null, this.run.failures().encode(thrown));
            return;
        }
        answerOpen(update, result, null);
    }

    /**
     * Answers unless the run has ended, for a handler that catches everything goes on
     * after that. Histories of a time when it was answered once more have that answer.
     */
    private void answerOpen(WorkflowExecutionUpdateAccepted update, @Nullable Json result,
            @Nullable FailureInfo failure) {
        if (this.run.log().nextCommand(WorkflowExecutionUpdateCompleted.class) == null) {
            this.run.threads().requireBlockable("the answer of an update");
        }
        answer(update, result, failure);
    }

    /** Answers what is under way when the run ends. */
    void failUnanswered() {
        for (WorkflowExecutionUpdateAccepted update : List.copyOf(this.unanswered.values())) {
            answer(update, null,
                    FailureInfo.application("WorkflowEnded",
                            "The run ended before its update '" + update.updateName()
                                    + "' did, and none goes on with it; code can wait for it with "
                                    + "Workflows.await(Workflows::allHandlersFinished)",
                            true));
        }
    }

    private void answer(WorkflowExecutionUpdateAccepted update, @Nullable Json result, @Nullable FailureInfo failure) {
        this.unanswered.remove(update.updateId());
        this.run.log()
            .issue(new CommandKey<>(WorkflowExecutionUpdateCompleted.class, update.updateId()),
                    (id, time) -> new WorkflowExecutionUpdateCompleted(id, time, update.updateId(), update.eventId(),
                            result, failure));
    }

}
