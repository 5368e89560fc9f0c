package dev.workflow.engine;

import org.jspecify.annotations.Nullable;

/**
 * Something for a run that came from elsewhere: a row of the inbox.
 *
 * @param id its place; messages are taken in this order
 * @param kind what it is
 * @param name the name of the signal or update; of an activity's result, a child's end or
 * an answer: the ordering event's id
 * @param dedupKey request id, update id, the ordering event's id, or the kind of what is
 * asked for once
 * @param payload JSON; what it holds depends on the kind
 */
public record Message(long id, Kind kind, @Nullable String name, @Nullable String dedupKey, String payload) {

    /**
     * The kinds of message. {@code CHILD} says how a child ended, {@code ANSWER} what
     * became of something that the run asked of others. A {@code REPLY} is a rejected
     * update that waits for its sender to read why. {@code OPERATOR} says what somebody
     * did, for the history.
     */
    public enum Kind {

        SIGNAL, UPDATE, CANCEL, TERMINATE, ACTIVITY, CHILD, ANSWER, REPLY, OPERATOR

    }

}
