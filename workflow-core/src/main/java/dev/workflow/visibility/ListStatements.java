package dev.workflow.visibility;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/** The statements of lists and counts. */
final class ListStatements {

    private static final Set<Field> GROUPS = Set.of(BuiltInField.STATUS, BuiltInField.WORKFLOW_TYPE,
            BuiltInField.TASK_QUEUE);

    /**
     * The join is by primary key, and PostgreSQL leaves it out where no one asks for the
     * task's column.
     */
    private final String join;

    private final String from;

    private final String prefix;

    ListStatements(@Nullable String schema) {
        this.prefix = (schema != null) ? "\"" + schema.replace("\"", "\"\"") + "\"." : "";
        this.join = " left join " + this.prefix + "workflow_task t on t.run_id = e.run_id";
        this.from = " from " + this.prefix + "workflow_execution e" + this.join;
    }

    static String sortColumn(int index) {
        return "sort_" + index;
    }

    /** A page of a search by attributes, if it can be had of the newest runs alone. */
    Statement newest(ListQuery query, AttributeSearch search, List<@Nullable Object> after, int limit) {
        Parameters parameters = new Parameters();
        String columns = columns(query, parameters);
        List<String> window = new ArrayList<>(conditions(search.window(), parameters));
        if (!search.among().isEmpty()) {
            window.add(search.among());
        }
        if (!after.isEmpty()) {
            window.add(new Keyset(parameters).after(query.order(), after));
        }
        List<String> rest = conditions(search.rest(), parameters);
        String sql = "select " + columns + " from (select e.* from " + this.prefix + "workflow_execution e"
                + where(window) + byStart(query) + " limit " + AttributeSearch.WINDOW + ") e" + this.join + where(rest)
                + order(query) + " limit " + limit;
        return new Statement(sql, parameters.values());
    }

    /** A page of all that is found, which is fetched first and then sorted. */
    Statement sorted(ListQuery query, List<@Nullable Object> after, int limit) {
        Parameters parameters = new Parameters();
        String columns = columns(query, parameters);
        String conditions = where(conditions(query, after, parameters));
        // What has an offset is planned for itself, without the order. The task is joined
        // to the page, not to all that is found, unless the condition asks for it.
        String found = "select e.* from " + this.prefix + "workflow_execution e"
                + (conditions.contains(WorkflowLists.HISTORY_LENGTH) ? this.join : "") + conditions + " offset 0";
        String sql = "select " + columns + " from (select e.* from (" + found + ") e" + byStart(query) + " limit "
                + limit + ") e" + this.join + order(query);
        return new Statement(sql, parameters.values());
    }

    /**
     * How many runs have these attributes, whatever else is asked of them, counted to a
     * few and one more. What is materialized is planned as if all were wanted, and read
     * only as far as it is.
     */
    Statement countFew(List<Condition> attributes) {
        Parameters parameters = new Parameters();
        String sql = "with have as materialized (select 1 from " + this.prefix + "workflow_execution e"
                + where(conditions(attributes, parameters)) + ") select count(*) from (select 1 from have limit "
                + (AttributeSearch.FEW + 1) + ") few";
        return new Statement(sql, parameters.values());
    }

    /** What PostgreSQL guesses of how many runs have these attributes, as JSON. */
    Statement guess(List<Condition> attributes) {
        Parameters parameters = new Parameters();
        return guess(conditions(attributes, parameters), parameters);
    }

    /** What it guesses of how many runs a query finds. */
    Statement guess(ListQuery query, List<@Nullable Object> after) {
        Parameters parameters = new Parameters();
        return guess(conditions(query, after, parameters), parameters);
    }

    private Statement guess(List<String> conditions, Parameters parameters) {
        String sql = "explain (format json) select e.run_id" + this.from + where(conditions);
        return new Statement(sql, parameters.values());
    }

    private List<String> conditions(List<Condition> parts, Parameters parameters) {
        return parts.stream().map((part) -> sql(part, parameters)).toList();
    }

    private static String byStart(ListQuery query) {
        String direction = query.order().getFirst().direction();
        return " order by e.started_at " + direction + ", e.run_id " + direction;
    }

    Statement page(ListQuery query, List<@Nullable Object> after, int limit) {
        Parameters parameters = new Parameters();
        String sql = "select " + columns(query, parameters) + this.from + where(conditions(query, after, parameters))
                + order(query) + " limit " + limit;
        return new Statement(sql, parameters.values());
    }

    private List<String> conditions(ListQuery query, List<@Nullable Object> after, Parameters parameters) {
        List<String> conditions = conditions(query, parameters);
        if (!after.isEmpty()) {
            conditions.add(new Keyset(parameters).after(query.order(), after));
        }
        return conditions;
    }

    private static String order(ListQuery query) {
        List<String> order = new ArrayList<>();
        for (SortKey key : query.order()) {
            order.add(sortColumn(order.size()) + " " + key.direction());
        }
        return " order by " + String.join(", ", order);
    }

    private static String columns(ListQuery query, Parameters parameters) {
        List<String> columns = new ArrayList<>(List.of("e.workflow_id", "e.run_id", "e.workflow_type", "e.task_queue",
                "e.status", "e.started_at", "e.closed_at", WorkflowLists.HISTORY_LENGTH + " as history_length",
                "e.memo", "e.search_attributes", "e.parent_workflow_id"));
        int sorted = 0;
        for (SortKey key : query.order()) {
            columns.add(key.field().expression(parameters) + " as " + sortColumn(sorted++));
        }
        return String.join(", ", columns);
    }

    Statement count(ListQuery query, List<@Nullable Object> after) {
        Parameters parameters = new Parameters();
        List<String> conditions = conditions(query, after, parameters);
        if (conditions.isEmpty()) {
            return new Statement(
                    "select (select count(*) from " + open() + ") + (select count(*) from " + closed() + ")", Map.of());
        }
        String sql = "select count(*)" + this.from + where(conditions);
        return new Statement(sql, parameters.values());
    }

    /** Each of them is answered by an index of its own. */
    private String open() {
        return this.prefix + "workflow_execution where status = 'RUNNING'";
    }

    private String closed() {
        return this.prefix + "workflow_execution where status <> 'RUNNING'";
    }

    Statement count(ListQuery query, String groupBy, int limit) {
        Parameters parameters = new Parameters();
        if (query.condition() == null && BuiltInField.byName(groupBy) == BuiltInField.STATUS) {
            return new Statement(
                    "select value, count(*) as runs from (select 'RUNNING' as value from " + open()
                            + " union all select status from " + closed() + ") e group by 1 order by 2 desc, 1",
                    Map.of());
        }
        String sql = "select " + group(groupBy, parameters) + " as value, count(*) as runs" + this.from
                + where(conditions(query, parameters)) + " group by 1 order by 2 desc, 1 limit " + limit;
        return new Statement(sql, parameters.values());
    }

    private static String group(String groupBy, Parameters parameters) {
        BuiltInField builtIn = BuiltInField.byName(groupBy);
        if (builtIn != null && GROUPS.contains(builtIn)) {
            return builtIn.expression(parameters);
        }
        if (builtIn != null || StateField.byName(groupBy) != null || !Names.isAttributeName(groupBy)) {
            throw new ListQueryException("Counts are grouped by Status, WorkflowType, TaskQueue or a search attribute, "
                    + "not by '" + groupBy + "'");
        }
        return "coalesce(e.search_attributes ->> cast(" + parameters.bind(groupBy) + " as text), '')";
    }

    private List<String> conditions(ListQuery query, Parameters parameters) {
        List<String> conditions = new ArrayList<>();
        if (query.condition() != null) {
            conditions.add(sql(query.condition(), parameters));
        }
        return conditions;
    }

    private String sql(Condition condition, Parameters parameters) {
        return new ConditionSql(parameters).write(condition).replace("@workflow_", this.prefix + "workflow_");
    }

    private static String where(List<String> conditions) {
        return conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
    }

}
