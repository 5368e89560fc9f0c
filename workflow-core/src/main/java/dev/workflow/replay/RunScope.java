package dev.workflow.replay;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

import dev.workflow.Action;
import dev.workflow.CancellationScope;
import dev.workflow.Promise;
import org.jspecify.annotations.Nullable;

/**
 * A cancellation scope. It knows what is under way in it; its parent knows it only while
 * there is something, so that a run which opens scopes for ever does not grow.
 */
final class RunScope implements CancellationScope, Cancelable {

    private final Run run;

    private final @Nullable RunScope parent;

    private final Set<Cancelable> members = new LinkedHashSet<>(2);

    private boolean canceled;

    private @Nullable String reason;

    /** A scope that is canceled with its parent; without one: the root, or detached. */
    RunScope(Run run, @Nullable RunScope parent) {
        this.run = run;
        this.parent = parent;
    }

    @Override
    public void run(Action body) {
        WorkflowThread thread = this.run.threads().requireBlockable("CancellationScope.run");
        RunScope before = thread.enter(this);
        try {
            body.run();
        }
        catch (Exception thrown) {
            throw Sneaky.rethrow(thrown);
        }
        finally {
            thread.enter(before);
        }
    }

    @Override
    public <T> Promise<T> async(Callable<T> body) {
        this.run.threads().requireBlockable("CancellationScope.async");
        return this.run.promises().async(this, body);
    }

    @Override
    public void cancel() {
        cancel(null);
    }

    @Override
    public void cancel(@Nullable String reason) {
        this.run.threads().requireCommandable("CancellationScope.cancel");
        cancelNow(reason);
    }

    @Override
    public boolean isCancelRequested() {
        return this.canceled || (this.parent != null && this.parent.isCancelRequested());
    }

    void cancelNow(@Nullable String reason) {
        if (!this.canceled) {
            this.canceled = true;
            this.reason = reason;
            scopeCanceled(reason);
        }
    }

    @Override
    public void scopeCanceled(@Nullable String reason) {
        for (Cancelable member : List.copyOf(this.members)) {
            member.scopeCanceled(reason);
        }
    }

    void add(Cancelable member) {
        this.members.add(member);
        if (this.members.size() == 1 && this.parent != null) {
            this.parent.add(this);
        }
    }

    void remove(Cancelable member) {
        if (this.members.remove(member) && this.members.isEmpty() && this.parent != null) {
            this.parent.remove(this);
        }
    }

    /** Refuses to begin something in a scope that is canceled. */
    void throwIfCanceled() {
        if (isCancelRequested()) {
            throw this.run.failures().canceled(effectiveReason());
        }
    }

    @Nullable String effectiveReason() {
        return (this.canceled || this.parent == null) ? this.reason : this.parent.effectiveReason();
    }

}
