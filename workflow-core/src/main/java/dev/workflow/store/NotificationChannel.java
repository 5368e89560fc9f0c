package dev.workflow.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import dev.workflow.engine.EngineStore;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** What nodes tell each other by PostgreSQL's {@code NOTIFY}. */
final class NotificationChannel {

    private static final String CHANNEL = "workflow_wakeup";

    private static final int LISTEN_MILLIS = 500;

    private final Sessions sessions;

    NotificationChannel(Sessions sessions) {
        this.sessions = sessions;
    }

    /** Sends to all nodes, this one included, in a transaction of its own. */
    void send(Collection<String> payloads) {
        this.sessions.single((connection) -> Sessions.query(connection,
                "select pg_notify('" + CHANNEL + "', p) from unnest(?::text[]) as u(p)",
                (s) -> s.setArray(1, Sessions.texts(connection, List.copyOf(payloads))), (row) -> true));
    }

    /**
     * Hands over what comes, until the listener has enough of it; also when nothing has
     * come for half a second. Holds a connection meanwhile.
     */
    void listen(EngineStore.WakeupListener listener) {
        this.sessions.single((connection) -> {
            execute(connection, "listen ");
            PGConnection notifications = connection.unwrap(PGConnection.class);
            try {
                while (listener.received(receive(notifications))) {
                    // The listener decides when to end.
                }
            }
            finally {
                if (!connection.isClosed()) {
                    execute(connection, "unlisten ");
                }
            }
            return null;
        });
    }

    private static void execute(Connection connection, String command) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(command + CHANNEL);
        }
    }

    private static List<String> receive(PGConnection connection) throws SQLException {
        PGNotification[] notifications = connection.getNotifications(LISTEN_MILLIS);
        List<String> payloads = new ArrayList<>();
        if (notifications != null) {
            for (PGNotification notification : notifications) {
                payloads.add(notification.getParameter());
            }
        }
        return payloads;
    }

}
