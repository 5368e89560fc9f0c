package dev.workflow.interceptor;

import java.util.List;

/**
 * What is put around the workflows and activities of an application; for the engine.
 *
 * @param workflows around workflow code, the first one outermost
 * @param activities around attempts of activities, the first one outermost
 * @param context what is carried along
 */
public record Interceptors(List<WorkflowInterceptor> workflows, List<ActivityInterceptor> activities,
        ContextPropagation context) {

    /** Nothing is put around anything. */
    public static final Interceptors NONE = new Interceptors(List.of(), List.of(), ContextPropagation.NONE);

    public Interceptors {
        workflows = List.copyOf(workflows);
        activities = List.copyOf(activities);
    }

}
