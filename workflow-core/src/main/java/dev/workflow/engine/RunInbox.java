package dev.workflow.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import dev.workflow.payload.PayloadException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits for a run in the inbox table: it is read from there in the order in which it
 * was acknowledged, and put back there when the run leaves memory, so that the next owner
 * finds it. Called by the actor.
 */
final class RunInbox {

    private static final Logger logger = LoggerFactory.getLogger(RunInbox.class);

    /** How many messages one turn takes at most. */
    private static final int INBOX_PAGE = 1_000;

    /** For how long an inbox that had something is read before each turn. */
    private static final long IN_USE = Duration.ofSeconds(10).toNanos();

    private final WorkflowEngine engine;

    private final HeldRun run;

    private long lastUse = System.nanoTime() - IN_USE;

    RunInbox(WorkflowEngine engine, HeldRun run) {
        this.engine = engine;
        this.run = run;
    }

    /** One page of it. */
    List<Message> page(long after) {
        List<Message> page = this.engine.retrying(() -> this.engine.store().inbox(this.run.runId(), after, INBOX_PAGE));
        if (!page.isEmpty()) {
            use();
        }
        return page;
    }

    /** It has something, or is said to. */
    void use() {
        this.lastUse = System.nanoTime();
    }

    /**
     * Whether it is probably empty, since for some time it was: then a commit that is
     * refused otherwise costs less than to read it before each turn.
     */
    boolean isQuiet() {
        return System.nanoTime() - this.lastUse >= IN_USE;
    }

    /** The last message of it; 0: it is empty. */
    long last() {
        return this.engine.retrying(() -> this.engine.store().lastInInbox(this.run.runId()));
    }

    /**
     * What came before the first step of code that ends in it: there is no turn but one.
     */
    List<Message> whole() {
        List<Message> page = page(0);
        List<Message> all = new ArrayList<>(page);
        while (isFull(page) && all.size() < this.engine.settings().maxEvents()) {
            page = page(page.getLast().id());
            all.addAll(page);
        }
        return all;
    }

    /** Whether there may be more than this page. */
    static boolean isFull(List<Message> page) {
        return page.size() == INBOX_PAGE
                || page.stream().mapToLong((m) -> m.payload().length()).sum() * 4L >= EngineStore.INBOX_BYTES;
    }

    /** All that is behind this message. */
    List<Message> after(long message) {
        return this.engine.retrying(() -> this.engine.store().inboxAfter(this.run.runId(), message));
    }

    /** As the actor takes them. */
    List<Delivery.Input> inputs(List<Message> inbox) {
        List<Delivery.Input> stored = new ArrayList<>();
        int notes = 0;
        for (Message message : inbox) {
            switch (message.kind()) {
                case SIGNAL -> stored.add(new Delivery.Signal(call(message), message.dedupKey(), message.id(),
                        new CompletableFuture<>()));
                case UPDATE ->
                    stored.add(new Delivery.Update(String.valueOf(message.dedupKey()), call(message), message.id()));
                case CANCEL -> stored.add(new Delivery.Cancel(this.engine.json().readRequest(message.payload()),
                        message.id(), new CompletableFuture<>()));
                case ACTIVITY -> stored.add(new Delivery.Outcome(Long.parseLong(String.valueOf(message.name())),
                        this.engine.json().readOutcome(message.payload()), 0, message.id()));
                case CHILD -> stored.add(new Delivery.ChildClosed(Long.parseLong(String.valueOf(message.name())),
                        this.engine.json().readChildOutcome(message.payload()), message.id()));
                case ANSWER -> stored.add(new Delivery.Answer(Long.parseLong(String.valueOf(message.name())),
                        this.engine.json().readText(message.payload()), message.id()));
                // First, since a note cannot follow the end of the run.
                case OPERATOR -> stored.add(notes++, new Delivery.Note(
                        new OperatorActions(this.engine.events()).read(message.payload()), message.id()));
                case TERMINATE, REPLY -> {
                    // The end of a run is written by whoever sees the wish; a reply
                    // belongs to its reader.
                }
            }
        }
        return stored;
    }

    private HandlerCall call(Message message) {
        return this.engine.json().readCall(String.valueOf(message.name()), message.payload());
    }

    /** Passes on what will not be handled here. */
    void putBackAll(List<? extends Delivery> deliveries) {
        List<Delivery.Input> inputs = new ArrayList<>();
        for (Delivery delivery : deliveries) {
            switch (delivery) {
                case Delivery.Input input -> inputs.add(input);
                case Delivery.Query query -> query.moved();
                case Delivery.Leave leave -> leave.left().complete(null);
                case Delivery.TimeCame time -> {
                }
                case Delivery.InboxHint hint -> {
                }
                case Delivery.Gone gone -> {
                }
            }
        }
        putBack(inputs);
    }

    /**
     * Moves what only the mailbox had to the inbox table, where the next owner finds it.
     */
    void putBack(List<Delivery.Input> inputs) {
        for (Delivery.Input input : inputs) {
            if (input.messageId() == null) {
                Delivery.Input once = (input instanceof Delivery.Signal signal) ? signal.recognizable() : input;
                try {
                    this.engine.retrying(() -> this.engine.deliveries()
                        .spill(this.run.runId(), this.run.workflowId(), this.run.owner(), once));
                }
                catch (EngineStoppedException | StoreException | PayloadException ex) {
                    logger.warn("Something for {} could not be passed on: {}", this.run.workflowId(), ex.getMessage());
                    fail(input, ex);
                }
            }
        }
    }

    private static void fail(Delivery.Input input, RuntimeException failure) {
        switch (input) {
            case Delivery.Signal signal -> signal.acknowledged().completeExceptionally(failure);
            case Delivery.Cancel cancel -> cancel.acknowledged().completeExceptionally(failure);
            case Delivery.Update update -> {
                // Whoever waits for it looks into the history.
            }
            case Delivery.Outcome outcome -> {
                // Its attempt is tried again.
            }
            case Delivery.Answer answer -> {
                // It is in the inbox.
            }
            case Delivery.ChildClosed closed -> {
                // So is this.
            }
            case Delivery.Note note -> {
                // And this.
            }
            case Delivery.LocalOutcome local -> {
                // Whoever has the run next repeats it.
            }
        }
    }

}
