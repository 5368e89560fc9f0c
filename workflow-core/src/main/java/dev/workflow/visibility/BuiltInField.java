package dev.workflow.visibility;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * The fields that every run has. Names are case-sensitive, so that an attribute may be
 * called {@code status}.
 */
enum BuiltInField implements Field {

    WORKFLOW_ID("WorkflowId", "e.workflow_id", FieldType.TEXT, false),

    RUN_ID("RunId", "e.run_id", FieldType.RUN_ID, false),

    WORKFLOW_TYPE("WorkflowType", "e.workflow_type", FieldType.TEXT, false),

    TASK_QUEUE("TaskQueue", "e.task_queue", FieldType.TEXT, false),

    STATUS("Status", "e.status", FieldType.STATUS, false),

    START_TIME("StartTime", "e.started_at", FieldType.TIME, false),

    CLOSE_TIME("CloseTime", "e.closed_at", FieldType.TIME, true),

    HISTORY_LENGTH("HistoryLength", WorkflowLists.HISTORY_LENGTH, FieldType.NUMBER, false),

    PRIORITY("Priority", "e.priority", FieldType.NUMBER, false),

    PARENT_WORKFLOW_ID("ParentWorkflowId", "e.parent_workflow_id", FieldType.TEXT, true);

    private static final Map<String, BuiltInField> BY_NAME = Stream.of(values())
        .collect(Collectors.toUnmodifiableMap(BuiltInField::fieldName, (field) -> field));

    private final String fieldName;

    private final String column;

    private final FieldType type;

    private final boolean nullable;

    BuiltInField(String fieldName, String column, FieldType type, boolean nullable) {
        this.fieldName = fieldName;
        this.column = column;
        this.type = type;
        this.nullable = nullable;
    }

    /**
     * The built-in field of that name; {@code ExecutionStatus} is another name for
     * {@code Status}.
     */
    static @Nullable BuiltInField byName(String name) {
        return name.equals("ExecutionStatus") ? STATUS : BY_NAME.get(name);
    }

    @Override
    public String fieldName() {
        return this.fieldName;
    }

    @Override
    public FieldType type() {
        return this.type;
    }

    @Override
    public boolean nullable() {
        return this.nullable;
    }

    @Override
    public String expression(Parameters parameters) {
        return this.column;
    }

}
