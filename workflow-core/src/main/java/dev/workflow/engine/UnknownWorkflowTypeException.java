package dev.workflow.engine;

import java.util.Collection;

/** No workflow type of that name is known here. */
public class UnknownWorkflowTypeException extends IllegalArgumentException {

    public UnknownWorkflowTypeException(String type, Collection<String> known) {
        super("Unknown workflow type '" + type + "'. Known here: " + known
                + ". A type that lives in another application needs its task queue named: by the start, or in the "
                + "@Workflow of the interface through which it is started.");
    }

}
