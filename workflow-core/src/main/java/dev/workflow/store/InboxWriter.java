package dev.workflow.store;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import dev.workflow.engine.Message;
import dev.workflow.engine.Transition;
import dev.workflow.engine.Transition.Result;

/**
 * What transitions do to the inboxes of their runs: messages are taken and answered, and
 * a run that ends takes what is left into its next run, or does not end.
 */
final class InboxWriter {

    private static final String OF_MESSAGES = "where m.run_id = any(array[u.r]) and m.id = u.i";

    private final String inbox;

    private final String repoint;

    private final String consume;

    private final String forgetReplies;

    private final String reply;

    InboxWriter(Sessions sessions) {
        this.inbox = sessions.sql("select run_id, id, kind::name as kind from @workflow_message where run_id = any(?)");
        this.repoint = sessions.sql("""
                update @workflow_message m set run_id = u.n
                from unnest(?::uuid[], ?::bigint[], ?::uuid[]) as u(r, i, n) %s""".formatted(OF_MESSAGES));
        this.consume = sessions.sql("""
                delete from @workflow_message m
                using unnest(?::uuid[], ?::bigint[]) as u(r, i) %s""".formatted(OF_MESSAGES));
        this.forgetReplies = sessions
            .sql("""
                    delete from @workflow_message m
                    using unnest(?::uuid[], ?::bigint[]) as u(r, i)
                    where m.run_id = any(array[u.r]) and m.kind = 'REPLY' and m.id <> u.i
                      and m.dedup_key = (select a.dedup_key from @workflow_message a where a.run_id = u.r and a.id = u.i)""");
        this.reply = sessions.sql("""
                update @workflow_message m set kind = 'REPLY', payload = u.p
                from unnest(?::uuid[], ?::bigint[], ?::text[]) as u(r, i, p) %s""".formatted(OF_MESSAGES));
    }

    /** What waits in an inbox. */
    record Waiting(UUID runId, long id, Message.Kind kind) {
    }

    /** Adds the question what the inboxes of runs that end hold. */
    Round.Answer<Waiting> ask(Round round, List<Transition> closing) throws SQLException {
        return round.query(this.inbox,
                (row) -> new Waiting(Sessions.uuid(row, "run_id"), row.getLong("id"),
                        Message.Kind.valueOf(row.getString("kind"))),
                round.uuids(closing.stream().map(Transition::runId).toList()));
    }

    /**
     * Refuses the ends that something stands in the way of, and moves or removes what the
     * others leave.
     * @param inbox what the inboxes hold, read when the runs were locked
     */
    void settle(Round round, List<Transition> closing, List<Waiting> inbox, Map<UUID, Result> results)
            throws SQLException {
        refuseUnread(closing, inbox, results);
        leave(round, closing, inbox, results);
    }

    /**
     * An end that was made without a look into the inbox is not written while anything
     * waits there, also what would go on in the next run: it comes before the end. Only
     * who holds the row knows: what was sent before may still be on its way.
     */
    private static void refuseUnread(List<Transition> closing, List<Waiting> inbox, Map<UUID, Result> results) {
        Map<UUID, Transition> unread = new HashMap<>();
        closing.stream()
            .filter((t) -> t.inboxUnread() && results.get(t.runId()) instanceof Result.Committed)
            .forEach((t) -> unread.put(t.runId(), t));
        for (Waiting message : inbox) {
            Transition transition = unread.get(message.runId());
            boolean waits = message.kind() != Message.Kind.REPLY && message.kind() != Message.Kind.TERMINATE;
            if (transition != null && waits && !transition.consumedMessages().contains(message.id())) {
                results.put(message.runId(), new Result.InboxNotEmpty());
            }
        }
    }

    /** What the inboxes of runs that end still hold. */
    private void leave(Round round, List<Transition> closing, List<Waiting> inbox, Map<UUID, Result> results)
            throws SQLException {
        Set<UUID> continued = new HashSet<>();
        closing.stream().filter((t) -> t.next() != null).forEach((t) -> continued.add(t.runId()));
        Map<UUID, List<Long>> waiting = new HashMap<>();
        Map<UUID, List<Long>> pointless = new HashMap<>();
        for (Waiting message : inbox) {
            UUID run = message.runId();
            switch (leftOver(message.kind(), continued.contains(run))) {
                case COUNTS -> waiting.computeIfAbsent(run, (r) -> new ArrayList<>()).add(message.id());
                case POINTLESS -> pointless.computeIfAbsent(run, (r) -> new ArrayList<>()).add(message.id());
                case STAYS -> {
                    // Its sender reads or repeats it.
                }
            }
        }
        RunKeys moved = new RunKeys();
        List<UUID> movedTo = new ArrayList<>();
        for (Transition transition : closing) {
            List<Long> left = waiting.get(transition.runId());
            if (left == null || !(results.get(transition.runId()) instanceof Result.Committed)) {
                continue;
            }
            left.removeAll(Set.copyOf(transition.consumedMessages()));
            left.removeAll(transition.replies().keySet());
            if (left.isEmpty()) {
                continue;
            }
            if (transition.next() == null) {
                results.put(transition.runId(), new Result.InboxNotEmpty());
            }
            else {
                moved.add(transition.runId(), left);
                movedTo.addAll(Collections.nCopies(left.size(), transition.next().runId()));
            }
        }
        moved.update(round, this.repoint, round.uuids(movedTo));
        RunKeys consumed = new RunKeys();
        pointless.forEach((run, messages) -> {
            // A run that does not end after all may still need them.
            if (results.get(run) instanceof Result.Committed) {
                consumed.add(run, messages);
            }
        });
        consumed.update(round, this.consume);
    }

    private enum LeftOver {

        COUNTS, POINTLESS, STAYS

    }

    /**
     * What a message means that is left when a run ends: it keeps the run from ending, or
     * goes with it into the next run; or it concerns only this run and nobody waits for
     * it any more.
     */
    private static LeftOver leftOver(Message.Kind kind, boolean continued) {
        return switch (kind) {
            case SIGNAL, UPDATE, CANCEL -> LeftOver.COUNTS;
            // A result keeps the run from ending, but means nothing to the next one.
            case ACTIVITY -> continued ? LeftOver.POINTLESS : LeftOver.COUNTS;
            // It was done to this run, and belongs to its history.
            case OPERATOR -> continued ? LeftOver.POINTLESS : LeftOver.COUNTS;
            case CHILD, ANSWER -> LeftOver.POINTLESS;
            case TERMINATE -> continued ? LeftOver.COUNTS : LeftOver.STAYS;
            case REPLY -> LeftOver.STAYS;
        };
    }

    /** Removes what transitions have taken. */
    void consume(Round round, RunKeys consumed) throws SQLException {
        consumed.update(round, this.consume);
    }

    /**
     * Puts answers in the place of updates. One to the same update id that nobody has
     * fetched gives way to this one; but not to itself, when the same is written again
     * because nobody knows whether it was.
     */
    void reply(Round round, RunKeys replied, List<String> replies) throws SQLException {
        replied.update(round, this.forgetReplies);
        replied.update(round, this.reply, round.texts(replies));
    }

}
