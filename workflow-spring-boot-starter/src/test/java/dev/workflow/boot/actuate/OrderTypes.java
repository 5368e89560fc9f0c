package dev.workflow.boot.actuate;

import java.util.Collection;
import java.util.List;

import dev.workflow.boot.web.FakeTypes;
import dev.workflow.replay.WorkflowDefinition;
import org.jspecify.annotations.Nullable;

/**
 * The code of an application: the workflow {@code Order} in the queue {@code orders} with
 * a signal, a query and an update, and the activity {@code Payments.charge}.
 */
final class OrderTypes extends FakeTypes {

    @Override
    public @Nullable WorkflowDefinition workflow(String type) {
        return type.equals("Order") ? super.workflow("OrderWorkflow") : null;
    }

    @Override
    public Collection<String> workflowTypes() {
        return List.of("Order");
    }

    @Override
    public Collection<String> activityTypes() {
        return List.of("Payments.charge");
    }

}
