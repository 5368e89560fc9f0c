package dev.workflow.visibility;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.workflow.client.WorkflowStatus;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadCodecs;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowMapper;

/** Reads the rows of {@link ListStatements#page}. */
final class ListedRowMapper implements RowMapper<ListedRow> {

    private final List<SortKey> order;

    private final PayloadCodecs codecs;

    ListedRowMapper(List<SortKey> order, PayloadCodecs codecs) {
        this.order = order;
        this.codecs = codecs;
    }

    @Override
    public ListedRow mapRow(ResultSet row, int number) throws SQLException {
        Instant startTime = row.getObject("started_at", OffsetDateTime.class).toInstant();
        OffsetDateTime closedAt = row.getObject("closed_at", OffsetDateTime.class);
        ListedWorkflow workflow = new ListedWorkflow(row.getString("workflow_id"), row.getString("run_id"),
                row.getString("workflow_type"), row.getString("task_queue"),
                WorkflowStatus.valueOf(row.getString("status")), startTime,
                (closedAt != null) ? closedAt.toInstant() : null, row.getLong("history_length"),
                memo(row.getString("memo")), SearchAttributes.fromJson(row.getString("search_attributes")),
                row.getString("parent_workflow_id"));
        return new ListedRow(workflow, sortValues(row));
    }

    private Map<String, Json> memo(@Nullable String json) {
        Map<String, Json> memo = new LinkedHashMap<>(AttributeJson.members(json));
        memo.replaceAll((name, value) -> this.codecs.decode(value));
        return Collections.unmodifiableMap(memo);
    }

    private List<@Nullable String> sortValues(ResultSet row) throws SQLException {
        List<@Nullable String> values = new ArrayList<>();
        for (int i = 0; i < this.order.size(); i++) {
            String column = ListStatements.sortColumn(i);
            if (this.order.get(i).field().type() == FieldType.TIME) {
                OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
                values.add((time != null) ? time.toInstant().toString() : null);
            }
            else {
                values.add(row.getString(column));
            }
        }
        return values;
    }

}
