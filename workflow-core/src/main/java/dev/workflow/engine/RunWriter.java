package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what becomes of a run, under its fence: its transitions, and that this node
 * gives it up. Somebody may hold the run's row for a moment; then it is tried again, and
 * senders that would never let it end are held off. Called by the actor, which waits
 * meanwhile.
 */
final class RunWriter {

    private static final Logger logger = LoggerFactory.getLogger(RunWriter.class);

    /** How long those who send to a run are held off when it could not end for them. */
    private static final Duration HELD_OFF = Duration.ofSeconds(1);

    /** In milliseconds: whoever holds a row for longer does more than send. */
    private static final long SHORT_PAUSE = 16;

    private final WorkflowEngine engine;

    private final HeldRun run;

    private long endAnnounced;

    RunWriter(WorkflowEngine engine, HeldRun run) {
        this.engine = engine;
        this.run = run;
    }

    /** Writes it, and returns when it is known what became of it. */
    Transition.Result write(Transition transition) {
        Duration pause = Duration.ofMillis(1);
        long begin = System.nanoTime();
        boolean uncertain = false;
        Transition.Result result = this.engine.committer().submit(transition).join();
        while (true) {
            if (result instanceof Transition.Result.Locked locked) {
                uncertain |= locked.uncertain();
            }
            else if (uncertain && result instanceof Transition.Result.Refused
                    && this.engine.retrying(() -> this.engine.store().wasCommitted(transition))) {
                return written(transition);
            }
            boolean patient = transition.start() == null
                    || System.nanoTime() - begin < WorkflowEngine.START_PATIENCE.toNanos();
            if (!(result instanceof Transition.Result.Locked) || !patient) {
                return result;
            }
            if (transition.start() == null && transition.close() != null && pause.toMillis() > SHORT_PAUSE
                    && announceEnd(Duration.ZERO)) {
                pause = Duration.ofMillis(1);
            }
            pause(pause);
            pause = (pause.toMillis() < 100) ? pause.multipliedBy(2) : pause;
            result = this.engine.committer().submitAgain(transition).join();
        }
    }

    /**
     * What became of a transition that was sent twice, of which the first is written and
     * the second refused: after an end nobody takes the run.
     */
    static Transition.Result written(Transition transition) {
        return (transition.close() != null) ? new Transition.Result.Committed() : new Transition.Result.Overtaken();
    }

    /**
     * Nobody interrupts an actor on purpose. Code of an activity may have kept the thread
     * that it lent, and then it must not matter.
     */
    private static void pause(Duration time) {
        LockSupport.parkNanos(time.toNanos());
        Thread.interrupted();
    }

    /**
     * Those who send without pause hold the run's key in turn, and fill its inbox again
     * and again: for a moment they have to wait, so that it can end. Only now and then,
     * since it may be a long transaction that holds the key, which others must not wait
     * for.
     * @param ahead how long it will take until the end is tried, of which a second counts
     * @return whether they wait now
     */
    boolean announceEnd(Duration ahead) {
        long now = System.nanoTime();
        if (this.endAnnounced != 0 && now - this.endAnnounced < 3 * HELD_OFF.toNanos()) {
            return false;
        }
        this.endAnnounced = now;
        return holdOff(ahead);
    }

    /** Lets those who send wait, whoever was told of an end before. */
    boolean holdOff(Duration ahead) {
        try {
            this.engine.store()
                .announceEnd(this.run.runId(), this.run.owner(), this.run.token(),
                        HELD_OFF.plus((ahead.compareTo(HELD_OFF) < 0) ? ahead : HELD_OFF));
            return true;
        }
        catch (StoreException ex) {
            logger.debug("The end of {} could not be announced: {}", this.run.workflowId(), ex.getMessage());
            return false;
        }
    }

    /** Gives the run back: whoever serves its queue may claim it when it is due. */
    void release(Instant due, int crashCount, @Nullable String problem) {
        for (int i = 0; i < 200; i++) {
            EngineStore.Released released = this.engine.retrying(() -> this.engine.releases()
                .release(new EngineStore.Release(this.run.runId(), this.run.owner(), this.run.token(), due, crashCount,
                        problem)));
            if (released != EngineStore.Released.HELD) {
                this.engine.wakeups().pollAt(due);
                return;
            }
            pause(Duration.ofMillis(Math.min(50, 1 + i)));
        }
        logger.warn("Run {} could not be released: its row is held; a sweep will find it", this.run.runId());
    }

}
