package dev.workflow.boot.web;

import java.lang.reflect.Type;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import dev.workflow.Arguments;
import dev.workflow.engine.ActivityDefinition;
import dev.workflow.engine.TypeRegistry;
import dev.workflow.replay.WorkflowDefinition;
import org.jspecify.annotations.Nullable;

/**
 * Knows {@code OrderWorkflow(String, int)} with a signal, a query and an update, and
 * {@code AnythingWorkflow}.
 */
public class FakeTypes implements TypeRegistry {

    @Override
    public @Nullable WorkflowDefinition workflow(String type) {
        return switch (type) {
            case "OrderWorkflow" -> new Definition(type, new Type[] { String.class, int.class });
            case "AnythingWorkflow" -> new Definition(type, new Type[] { Arguments.class });
            default -> null;
        };
    }

    @Override
    public @Nullable String taskQueueOf(String workflowType) {
        return "orders";
    }

    @Override
    public Collection<String> workflowTypes() {
        return List.of("OrderWorkflow", "AnythingWorkflow");
    }

    @Override
    public @Nullable ActivityDefinition activity(String type) {
        return null;
    }

    @Override
    public Collection<String> activityTypes() {
        return List.of();
    }

    @Override
    public Collection<String> taskQueues() {
        return List.of("orders");
    }

    private record Definition(String type, Type[] parameters) implements WorkflowDefinition {

        @Override
        public Object newInstance() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Handler workflowMethod() {
            return handler("run", this.parameters);
        }

        @Override
        public @Nullable Handler init() {
            return null;
        }

        @Override
        public Map<String, Handler> signals() {
            return Map.of("approve", handler("approve", String.class));
        }

        @Override
        public Map<String, Handler> queries() {
            return Map.of("status", handler("status"));
        }

        @Override
        public Map<String, Handler> updates() {
            return Map.of("changeAddress", handler("changeAddress", String.class));
        }

        @Override
        public Map<String, Handler> updateValidators() {
            return Map.of();
        }

        @Override
        public boolean failsRun(Throwable failure) {
            return false;
        }

        private static Handler handler(String name, Type... parameters) {
            return new Handler(name, parameters, void.class, (target, arguments) -> null);
        }

    }

}
