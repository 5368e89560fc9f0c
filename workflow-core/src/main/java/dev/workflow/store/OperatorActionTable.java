package dev.workflow.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

import dev.workflow.client.OperatorAction;
import org.jspecify.annotations.Nullable;

/**
 * What people did that is in no history. A row is written with what it says was done, in
 * the same transaction, and never changed.
 */
final class OperatorActionTable {

    private final Sessions sessions;

    private final String insert;

    OperatorActionTable(Sessions sessions) {
        this.sessions = sessions;
        this.insert = sessions.sql("""
                insert into @workflow_operator_action (acted_at, identity, action, subject, name, reason, detail)
                values (?, ?, ?, ?, ?, ?, ?)""");
    }

    void insert(Connection connection, OperatorAction action) throws SQLException {
        Sessions.update(connection, this.insert, (s) -> {
            s.setObject(1, Sessions.time(action.time()));
            s.setString(2, action.identity());
            s.setString(3, action.action());
            s.setString(4, action.subject().name());
            s.setString(5, action.name());
            s.setString(6, action.reason());
            s.setString(7, action.detail());
        });
    }

    /** Does something, and records it where it changed anything. */
    void recorded(OperatorAction action, Change change) {
        this.sessions.transaction((connection) -> {
            if (change.in(connection) > 0) {
                insert(connection, action);
            }
            return null;
        });
    }

    /** Changes something; returns how many rows. */
    interface Change {

        int in(Connection connection) throws SQLException;

    }

    List<OperatorAction> list(OperatorAction.@Nullable Subject subject, @Nullable String name, long before, int limit) {
        String of = ((subject != null) ? " and subject = ?" : "") + ((name != null) ? " and name = ?" : "");
        return this.sessions.query(
                this.sessions
                    .sql("select * from @workflow_operator_action where id < ?" + of + " order by id desc limit ?"),
                (s) -> {
                    int place = 1;
                    s.setLong(place++, before);
                    if (subject != null) {
                        s.setString(place++, subject.name());
                    }
                    if (name != null) {
                        s.setString(place++, name);
                    }
                    s.setInt(place, limit);
                }, OperatorActionTable::action);
    }

    private static OperatorAction action(ResultSet row) throws SQLException {
        return new OperatorAction(row.getLong("id"), Sessions.requiredInstant(row, "acted_at"),
                row.getString("identity"), row.getString("action"),
                OperatorAction.Subject.valueOf(row.getString("subject")), row.getString("name"),
                row.getString("reason"), row.getString("detail"));
    }

    int deleteOld(Instant before, int limit) {
        return this.sessions.update(this.sessions.sql("""
                delete from @workflow_operator_action where id = any(array(
                  select id from @workflow_operator_action where acted_at < ? order by acted_at limit ?
                  for update skip locked))"""), (s) -> {
            s.setObject(1, Sessions.time(before));
            s.setInt(2, limit);
        });
    }

}
