package dev.workflow.engine;

import java.sql.SQLException;

import org.jspecify.annotations.Nullable;

/** The database could not do what the engine asked of it. */
public class StoreException extends RuntimeException {

    private final Kind kind;

    /** What may follow. */
    public enum Kind {

        /**
         * The connection or the server: the same again may succeed; a commit may have
         * succeeded.
         */
        TRANSIENT,

        /** Somebody holds a lock that this must not wait for; nothing was written. */
        LOCKED,

        /** What was written is not acceptable; the same again fails again. */
        REJECTED

    }

    public StoreException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return this.kind;
    }

    /**
     * Whether the server gave it up because it took too long: nothing was written, and
     * less at once may succeed.
     */
    public boolean isStatementTimeout() {
        return getCause() instanceof SQLException failure && "57014".equals(failure.getSQLState());
    }

}
