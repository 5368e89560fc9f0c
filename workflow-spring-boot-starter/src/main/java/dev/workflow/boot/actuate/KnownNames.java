package dev.workflow.boot.actuate;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.workflow.engine.EngineObservations;
import dev.workflow.engine.TypeRegistry;
import dev.workflow.replay.WorkflowDefinition;
import org.jspecify.annotations.Nullable;

/**
 * The names that may become tags: those in the code of this application. Callers may send
 * any other, and a meter for each of them would fill the memory.
 */
final class KnownNames {

    /** The tag of all that are not known here. */
    static final String OTHER = "other";

    /** The queries that every workflow answers. */
    private static final Set<String> QUERIES_OF_THE_ENGINE = Set.of("__stack_trace", "__state", "__current_details");

    private final TypeRegistry types;

    private volatile @Nullable Handlers handlers;

    KnownNames(TypeRegistry types) {
        this.types = types;
    }

    String workflowType(String name) {
        return known(this.types.workflowTypes(), name);
    }

    String taskQueue(String name) {
        return known(this.types.taskQueues(), name);
    }

    String activityType(String name) {
        return known(this.types.activityTypes(), name);
    }

    /** The name of what is observed. */
    String of(EngineObservations.Observed what) {
        String name = what.name();
        return switch (what.kind()) {
            case START, WORKFLOW_TASK -> workflowType(name);
            case ACTIVITY -> activityType(name);
            case SIGNAL -> known(handlers().signals(), name);
            case UPDATE -> known(handlers().updates(), name);
            case QUERY -> QUERIES_OF_THE_ENGINE.contains(name) ? name : known(handlers().queries(), name);
        };
    }

    private static String known(Collection<String> names, String name) {
        return names.contains(name) ? name : OTHER;
    }

    /** Gathered at first use, when all types are there. */
    private Handlers handlers() {
        Handlers gathered = this.handlers;
        if (gathered == null) {
            gathered = new Handlers(names(WorkflowDefinition::signals), names(WorkflowDefinition::queries),
                    names(WorkflowDefinition::updates));
            this.handlers = gathered;
        }
        return gathered;
    }

    private Set<String> names(Function<WorkflowDefinition, Map<String, WorkflowDefinition.Handler>> of) {
        return this.types.workflowTypes()
            .stream()
            .map(this.types::workflow)
            .filter(Objects::nonNull)
            .flatMap((definition) -> of.apply(definition).keySet().stream())
            .collect(Collectors.toUnmodifiableSet());
    }

    /** The handlers of all workflow types. */
    private record Handlers(Set<String> signals, Set<String> queries, Set<String> updates) {
    }

}
