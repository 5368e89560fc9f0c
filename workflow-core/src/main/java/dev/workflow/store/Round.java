package dev.workflow.store;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Statements that go to the database together and cost one round trip, however many they
 * are. They run one after the other: each sees what those before it did, and what others
 * have committed until it begins. When one fails, none that follows runs.
 * <p>
 * The driver sends a list of statements in one go as long as it knows how long a row of
 * each answer can be; before one of which it does not, it waits for the answers so far.
 * Nothing is read while something is still being sent: an answer of many rows is the last
 * one of its round, else both sides may wait for each other.
 */
final class Round {

    private final Sessions sessions;

    private final Connection connection;

    private final List<Part> waiting = new ArrayList<>();

    Round(Sessions sessions, Connection connection) {
        this.sessions = sessions;
        this.connection = connection;
    }

    private record Part(String sql, @Nullable Object[] values, @Nullable Answer<?> answer) {
    }

    /** Rows, when they are there. */
    static final class Answer<T> {

        private final Sessions.Mapper<T> mapper;

        private @Nullable List<T> rows;

        private Answer(Sessions.Mapper<T> mapper) {
            this.mapper = mapper;
        }

        private void read(ResultSet answer) throws SQLException {
            this.rows = Sessions.rows(answer, this.mapper);
        }

        List<T> rows() {
            if (this.rows == null) {
                throw new IllegalStateException("The round has not been sent");
            }
            return this.rows;
        }

    }

    /** Adds a statement that answers with nothing of interest. */
    void update(String sql, @Nullable Object... values) {
        this.waiting.add(new Part(sql, values, null));
    }

    /**
     * Adds a statement that answers with rows, which are there when the round was sent.
     */
    <T> Answer<T> query(String sql, Sessions.Mapper<T> mapper, @Nullable Object... values) {
        Answer<T> answer = new Answer<>(mapper);
        this.waiting.add(new Part(sql, values, answer));
        return answer;
    }

    /** Sends what waits and this one; returns its rows. */
    <T> List<T> fetch(String sql, Sessions.Mapper<T> mapper, @Nullable Object... values) throws SQLException {
        Answer<T> answer = query(sql, mapper, values);
        send();
        return answer.rows();
    }

    void send() throws SQLException {
        if (this.waiting.isEmpty()) {
            return;
        }
        List<Part> parts = List.copyOf(this.waiting);
        this.waiting.clear();
        String sql = this.sessions.together(parts.stream().map(Part::sql).toList());
        try (PreparedStatement statement = this.connection.prepareStatement(sql)) {
            // With one, a statement would go on when its next rows are fetched, after
            // those that follow it.
            statement.setFetchSize(0);
            int index = 0;
            for (Part part : parts) {
                for (Object value : part.values()) {
                    statement.setObject(++index, value);
                }
            }
            statement.execute();
            for (Part part : parts) {
                if (part.answer() != null) {
                    part.answer().read(statement.getResultSet());
                }
                statement.getMoreResults();
            }
        }
    }

    /**
     * Sends what waits and ends the transaction with it. Where nothing waits, that is
     * left to whoever began it.
     */
    void sendAndCommit() throws SQLException {
        if (!this.waiting.isEmpty()) {
            update("commit");
            send();
        }
    }

    Array uuids(List<? extends @Nullable UUID> values) throws SQLException {
        return Sessions.uuids(this.connection, values);
    }

    Array texts(List<? extends @Nullable String> values) throws SQLException {
        return Sessions.texts(this.connection, values);
    }

    Array longs(List<? extends @Nullable Long> values) throws SQLException {
        return Sessions.longs(this.connection, values);
    }

    Array ints(List<Integer> values) throws SQLException {
        return Sessions.ints(this.connection, values);
    }

    Array booleans(List<Boolean> values) throws SQLException {
        return Sessions.booleans(this.connection, values);
    }

}
