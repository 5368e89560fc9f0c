package dev.workflow.visibility;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * How open runs stand: what no column of an execution says, but rows that are there only
 * while it is so. A run may be in several states of one field, or in none.
 */
enum StateField implements Field {

    /** Activities without a result. */
    ACTIVITY("Activity", "[PAUSED, RETRYING]"),

    /** Whether its code may not begin, since the limit of its type is reached. */
    ADMISSION("Admission", "[WAITING]"),

    /** Why the run does not go on. */
    PROBLEM("Problem", "[BLOCKED, NON_DETERMINISM, PAUSED, QUARANTINED]");

    private static final Map<String, StateField> BY_NAME = Stream.of(values())
        .collect(Collectors.toUnmodifiableMap(StateField::fieldName, (field) -> field));

    private static final String ACTIVITIES = "select s.run_id from @workflow_activity_task s where ";

    private static final String TASKS = "select s.run_id from @workflow_task s where s.problem is not null and ";

    private final String fieldName;

    private final String states;

    StateField(String fieldName, String states) {
        this.fieldName = fieldName;
        this.states = states;
    }

    static @Nullable StateField byName(String name) {
        return BY_NAME.get(name);
    }

    @Override
    public String fieldName() {
        return this.fieldName;
    }

    @Override
    public FieldType type() {
        return FieldType.STATE;
    }

    @Override
    public boolean nullable() {
        return false;
    }

    @Override
    public String expression(Parameters parameters) {
        throw new ListQueryException(
                this.fieldName + " is no value of a run: allowed are =, !=, IN and NOT IN, with " + this.states);
    }

    /** Whether a run is in one of the states. */
    String test(List<Literal> values) {
        List<String> wanted = new ArrayList<>();
        for (Literal value : values) {
            String runs = (value.value() instanceof String state) ? runs(state.toUpperCase(Locale.ROOT)) : null;
            if (runs == null) {
                throw ListQueryException.at(value.position(), this.fieldName + " expects one of " + this.states);
            }
            wanted.add(runs);
        }
        return "e.run_id in (" + String.join(" union all ", wanted) + ")";
    }

    /** Each is answered by an index that has only such rows. */
    private @Nullable String runs(String state) {
        return switch (this) {
            case ACTIVITY -> switch (state) {
                case "RETRYING" -> ACTIVITIES + "s.last_failure is not null and s.paused = 0";
                case "PAUSED" -> ACTIVITIES + "s.paused <> 0";
                default -> null;
            };
            case ADMISSION ->
                state.equals("WAITING") ? "select s.run_id from @workflow_admission s where s.state in (1, 2)" : null;
            case PROBLEM -> switch (state) {
                case "BLOCKED" -> TASKS + "s.resume_at is null";
                case "QUARANTINED" -> TASKS + "s.resume_at is null and s.crashes >= " + WorkflowLists.QUARANTINE_AFTER;
                case "NON_DETERMINISM" -> TASKS + "s.resume_at is null and s.problem like '%NonDeterminismException%'";
                case "PAUSED" -> TASKS + "s.resume_at is not null";
                default -> null;
            };
        };
    }

}
