package dev.workflow.visibility;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.sql.DataSource;

import dev.workflow.payload.PayloadCodecs;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Lists and counts runs, open and closed. It only reads, on the application's
 * connections, and sees what a transaction of the caller has written.
 * <p>
 * A query is a condition, an order, both or nothing:
 * {@code WorkflowType = 'OrderWorkflow' AND CustomerId IN ('a', 'b') ORDER BY StartTime}.
 * A run that lacks a field equals nothing, so {@code CustomerId != 'a'} finds it and
 * {@code CustomerId IS NOT NULL} leaves it out. Without an order the newest come first.
 * All methods throw {@link ListQueryException} for a query that is not understood, and
 * may be called by any thread.
 */
public final class WorkflowLists {

    /** The greatest page size. */
    public static final int MAX_PAGE_SIZE = 1_000;

    /**
     * How often a run is brought into memory without getting on until it counts as
     * quarantined; whoever counts or names such runs asks here.
     */
    public static final int QUARANTINE_AFTER = 8;

    /** Of an open run the task knows it; the execution is only written at the end. */
    static final String HISTORY_LENGTH = "(case when e.status = 'RUNNING' then coalesce(t.last_event, e.history_length)"
            + " else e.history_length end)";

    private static final int MAX_GROUPS = 1_000;

    private static final int QUERY_TIMEOUT_SECONDS = 30;

    /** The first one is of the whole plan. */
    private static final Pattern PLAN_ROWS = Pattern.compile("\"Plan Rows\": (\\d+)");

    private final JdbcClient jdbc;

    private final ListStatements statements;

    private final PayloadCodecs codecs;

    /**
     * Lists the runs of one database.
     * @param dataSource the application's
     * @param schema the schema of the engine's tables; null: the one that the connection
     * finds them in
     */
    public WorkflowLists(DataSource dataSource, @Nullable String schema) {
        this(dataSource, schema, PayloadCodecs.NONE);
    }

    /**
     * Lists the runs of one database.
     * @param dataSource the application's
     * @param schema the schema of the engine's tables; null: the one that the connection
     * finds them in
     * @param codecs decode memos; what they cannot decode is shown as it is stored
     */
    public WorkflowLists(DataSource dataSource, @Nullable String schema, PayloadCodecs codecs) {
        this.codecs = codecs.lenient();
        JdbcTemplate template = new PlannedByValue(dataSource);
        template.setQueryTimeout(QUERY_TIMEOUT_SECONDS);
        this.jdbc = JdbcClient.create(template);
        this.statements = new ListStatements(schema);
    }

    /**
     * One page. Pages are continued by value: runs that start meanwhile neither repeat
     * nor hide one.
     * @param query the query; null or blank: everything
     * @param pageSize from 1 to {@value #MAX_PAGE_SIZE}
     * @param pageToken {@link Page#nextPageToken()} of the page before, of the same
     * query; null: the first page
     */
    public Page list(@Nullable String query, int pageSize, @Nullable String pageToken) {
        if (pageSize < 1 || pageSize > MAX_PAGE_SIZE) {
            throw new ListQueryException("A page has 1 to " + MAX_PAGE_SIZE + " workflows, not " + pageSize);
        }
        String text = (query != null) ? query : "";
        ListQuery parsed = ListQuery.parse(text);
        List<@Nullable Object> after = (pageToken == null || pageToken.isEmpty()) ? List.of()
                : PageToken.read(pageToken, text, parsed.order());
        List<ListedRow> rows = rows(parsed, after, pageSize + 1);
        boolean last = rows.size() <= pageSize;
        List<ListedRow> shown = last ? rows : rows.subList(0, pageSize);
        return new Page(shown.stream().map(ListedRow::workflow).toList(),
                last ? null : PageToken.write(text, shown.getLast().sortValues()));
    }

    private List<ListedRow> rows(ListQuery query, List<@Nullable Object> after, int limit) {
        AttributeSearch search = AttributeSearch.of(query);
        if (search == null) {
            return rows(query, this.statements.page(query, after, limit));
        }
        if (guess(this.statements.guess(search.attributes())) <= AttributeSearch.PERHAPS_FEW) {
            Statement have = this.statements.countFew(search.attributes());
            long few = read(() -> this.jdbc.sql(have.sql()).params(have.parameters()).query(Long.class).single());
            if (few <= AttributeSearch.FEW) {
                return (few > 0) ? rows(query, this.statements.sorted(query, after, limit)) : List.of();
            }
        }
        List<ListedRow> newest = rows(query, this.statements.newest(query, search, after, limit));
        if (newest.size() == limit) {
            return newest;
        }
        boolean many = guess(this.statements.guess(query, after)) > AttributeSearch.MANY;
        return rows(query,
                many ? this.statements.page(query, after, limit) : this.statements.sorted(query, after, limit));
    }

    private long guess(Statement statement) {
        String plan = read(
                () -> this.jdbc.sql(statement.sql()).params(statement.parameters()).query(String.class).single());
        Matcher rows = PLAN_ROWS.matcher(plan);
        return rows.find() ? Long.parseLong(rows.group(1)) : Long.MAX_VALUE;
    }

    private List<ListedRow> rows(ListQuery query, Statement statement) {
        ListedRowMapper mapper = new ListedRowMapper(query.order(), this.codecs);
        return read(() -> this.jdbc.sql(statement.sql()).params(statement.parameters()).query(mapper).list());
    }

    /** How many runs a query finds. */
    public long count(@Nullable String query) {
        Statement statement = this.statements.count(ListQuery.parse(query), List.of());
        return read(() -> this.jdbc.sql(statement.sql()).params(statement.parameters()).query(Long.class).single());
    }

    /**
     * The runs that a query finds and that stand behind a place in the list of all runs,
     * newest first, whatever the order of the query.
     * @param startedAt the place: when a run was started
     * @param runId and its id
     * @param limit how many, from 1 to {@value #MAX_PAGE_SIZE}
     */
    public List<ListedWorkflow> before(@Nullable String query, Instant startedAt, UUID runId, int limit) {
        ListQuery parsed = ListQuery.parse(query).newestFirst();
        return rows(parsed, place(startedAt, runId), Math.min(limit, MAX_PAGE_SIZE)).stream()
            .map(ListedRow::workflow)
            .toList();
    }

    /** How many runs there are of those that {@link #before} lists. */
    public long countBefore(@Nullable String query, Instant startedAt, UUID runId) {
        Statement statement = this.statements.count(ListQuery.parse(query).newestFirst(), place(startedAt, runId));
        return read(() -> this.jdbc.sql(statement.sql()).params(statement.parameters()).query(Long.class).single());
    }

    private static List<@Nullable Object> place(Instant startedAt, UUID runId) {
        return List.of(startedAt.atOffset(ZoneOffset.UTC), runId);
    }

    /**
     * How many runs a query finds for each value of a field.
     * @param groupBy {@code Status}, {@code WorkflowType}, {@code TaskQueue} or a search
     * attribute
     * @return most frequent first; runs that lack the attribute count under the empty
     * text, lists by their JSON
     */
    public Map<String, Long> count(@Nullable String query, String groupBy) {
        Statement statement = this.statements.count(ListQuery.parse(query), groupBy, MAX_GROUPS + 1);
        Map<String, Long> counts = new LinkedHashMap<>();
        read(() -> this.jdbc.sql(statement.sql()).params(statement.parameters()).query((row, number) -> {
            counts.put(row.getString(1), row.getLong(2));
            return number;
        }).list());
        if (counts.size() > MAX_GROUPS) {
            throw new ListQueryException("'" + groupBy + "' has more than " + MAX_GROUPS + " values here");
        }
        return counts;
    }

    /**
     * All runs that a query finds, read page by page as they are consumed. It holds
     * nothing that must be closed.
     */
    public Stream<ListedWorkflow> stream(@Nullable String query) {
        Page first = list(query, MAX_PAGE_SIZE, null);
        return Stream.iterate(first, (page) -> page != null, (page) -> next(query, page))
            .flatMap((page) -> page.workflows().stream());
    }

    private @Nullable Page next(@Nullable String query, Page page) {
        return (page.nextPageToken() != null) ? list(query, MAX_PAGE_SIZE, page.nextPageToken()) : null;
    }

    /** A value may be one that this database's encoding or types cannot hold. */
    private static <T> T read(Supplier<T> query) {
        try {
            return query.get();
        }
        catch (DataIntegrityViolationException ex) {
            throw new ListQueryException("A value of the query is none that the database can compare");
        }
    }

    /**
     * A page.
     *
     * @param workflows the runs
     * @param nextPageToken what the next page is asked with; null: this was the last
     */
    public record Page(List<ListedWorkflow> workflows, @Nullable String nextPageToken) {
    }

}
