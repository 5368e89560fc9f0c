package dev.workflow.replay;

import java.lang.reflect.Type;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A workflow type as the machine runs it: how to make an instance and what can be called
 * on it.
 */
public interface WorkflowDefinition {

    /** The type's name. */
    String type();

    /** A new instance, its dependencies injected; called on the run's first thread. */
    Object newInstance();

    /** The method annotated with {@code @WorkflowMethod}. */
    Handler workflowMethod();

    /**
     * The method annotated with {@code @WorkflowInit}, which has the workflow method's
     * parameters.
     */
    @Nullable Handler init();

    /** Signal handlers by name. */
    Map<String, Handler> signals();

    /** Query handlers by name. */
    Map<String, Handler> queries();

    /** Update handlers by name. */
    Map<String, Handler> updates();

    /** Validators by the name of their update. */
    Map<String, Handler> updateValidators();

    /**
     * Whether this exception fails the run and not only its workflow task; workflow
     * failures always do.
     */
    boolean failsRun(Throwable failure);

    /**
     * A method of the workflow.
     *
     * @param name the signal's, query's or update's name, or the method's
     * @param parameterTypes generic types of the parameters; one parameter of type
     * {@code Arguments} takes all
     * @param returnType its generic return type
     * @param invoker calls it
     */
    record Handler(String name, Type[] parameterTypes, Type returnType, Invoker invoker) {
    }

    /** Calls a method; throws what the method throws. */
    @FunctionalInterface
    interface Invoker {

        @Nullable Object invoke(Object target, @Nullable Object[] arguments) throws Throwable;

    }

}
