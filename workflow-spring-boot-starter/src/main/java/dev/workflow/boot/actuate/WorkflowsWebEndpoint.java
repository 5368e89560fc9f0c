package dev.workflow.boot.actuate;

import dev.workflow.boot.actuate.WorkflowsEndpoint.WorkflowsDescription;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** Over HTTP what the database does not answer is unavailable, not empty. */
@EndpointWebExtension(endpoint = WorkflowsEndpoint.class)
public final class WorkflowsWebEndpoint {

    private final WorkflowsEndpoint endpoint;

    public WorkflowsWebEndpoint(WorkflowsEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    @ReadOperation
    public WebEndpointResponse<WorkflowsDescription> workflows() {
        WorkflowsDescription description = this.endpoint.workflows();
        return new WebEndpointResponse<>(description, (description.problem() == null) ? WebEndpointResponse.STATUS_OK
                : WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
    }

}
