package dev.workflow.engine;

import java.util.Map;

import dev.workflow.client.OperatorAction;
import dev.workflow.interceptor.ContextPropagator;
import org.jspecify.annotations.Nullable;

/** Who does something, as histories and records say it. */
final class Identities {

    static final int MAX_IDENTITY = 1_000;

    private static final int MAX_REASON = 4_000;

    private final WorkflowEngine engine;

    /** In whose name a thread acts, where somebody said so. */
    private final ThreadLocal<@Nullable String> acting = new ThreadLocal<>();

    Identities(WorkflowEngine engine) {
        this.engine = engine;
    }

    /**
     * Who acts on this thread: in whose name it does so, else the principal, where a
     * propagator names one, else this node.
     */
    String current() {
        String named = this.acting.get();
        if (named != null) {
            return named;
        }
        String principal = this.engine.interceptors().context().capture(Map.of()).get(ContextPropagator.PRINCIPAL);
        return (principal != null) ? principal : this.engine.nodeName();
    }

    String of(Operator operator) {
        String named = operator.identity();
        return Texts.storable((named != null) ? named : current(), MAX_IDENTITY);
    }

    /** In whose name the calling thread acts, if somebody said so. */
    @Nullable String acting() {
        return this.acting.get();
    }

    /**
     * In whose name the calling thread acts from now on.
     * @param identity who; null: nothing changes
     */
    WorkflowService.Acting actAs(@Nullable String identity) {
        String before = this.acting.get();
        if (identity != null) {
            this.acting.set(identity);
        }
        return () -> {
            if (before != null) {
                this.acting.set(before);
            }
            else {
                this.acting.remove();
            }
        };
    }

    /** What is recorded of something that is done to what is no run. */
    OperatorAction action(String action, OperatorAction.Subject subject, String name, Operator operator) {
        String reason = operator.reason();
        return new OperatorAction(0, this.engine.clock().instant(), of(operator), action, subject, name,
                (reason != null) ? Texts.storable(reason, MAX_REASON) : null, null);
    }

}
