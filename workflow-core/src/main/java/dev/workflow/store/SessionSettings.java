package dev.workflow.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What each of the engine's connections must be set to. Commits are durable when they are
 * acknowledged; nothing waits longer than a lease; no transaction outlives its client for
 * long, not even one that stopped while it sent statements, which only PostgreSQL 17 and
 * later can end; and plans are held to the primary keys, since the planner's choice for a
 * join with an array flips to a scan of the whole table once its statistics move, and
 * while there are none it has processes look for one row.
 */
public final class SessionSettings {

    private static final Map<String, String> VALUES = values();

    private static final String NAMED = VALUES.entrySet()
        .stream()
        .map((setting) -> "('" + setting.getKey() + "', '" + setting.getValue() + "')")
        .collect(Collectors.joining(", ", "(values ", ") as s (name, value)"));

    /** Only what the server has. */
    private static final String SET = "select set_config(name, value, false) from " + NAMED
            + " where current_setting(name, true) is not null";

    private static final String EXCHANGE = """
            with before as materialized (select name, value, current_setting(name, true) as was from %s)
            select name, was, set_config(name, value, false) from before where was is not null""".formatted(NAMED);

    private static final String RESTORE = "select set_config(name, value, false) from unnest(?, ?) as s (name, value)";

    private SessionSettings() {
    }

    private static Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("default_transaction_isolation", "read committed");
        values.put("synchronous_commit", "on");
        values.put("lock_timeout", "200ms");
        values.put("statement_timeout", "30s");
        values.put("idle_in_transaction_session_timeout", "5s");
        values.put("transaction_timeout", "30s");
        values.put("enable_seqscan", "off");
        values.put("enable_hashjoin", "off");
        values.put("enable_mergejoin", "off");
        values.put("max_parallel_workers_per_gather", "0");
        values.put("jit", "off");
        values.put("plan_cache_mode", "force_generic_plan");
        return values;
    }

    /** A statement that sets them for the rest of the session. */
    public static String sql() {
        return SET;
    }

    /** Sets them on somebody else's connection; returns what they were. */
    public static Map<String, String> exchange(Connection connection) throws SQLException {
        Map<String, String> before = new LinkedHashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(EXCHANGE);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                before.put(row.getString("name"), row.getString("was"));
            }
        }
        return before;
    }

    /** Sets what {@link #exchange} has found. */
    public static void restore(Connection connection, Map<String, String> before) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RESTORE)) {
            statement.setArray(1, connection.createArrayOf("text", before.keySet().toArray()));
            statement.setArray(2, connection.createArrayOf("text", before.values().toArray()));
            statement.execute();
        }
    }

}
