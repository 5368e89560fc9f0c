package dev.workflow;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Takes a message to a run and answers it. It runs on a workflow thread of its own and
 * may do whatever workflow code does; what it returns is the answer. A
 * {@code WorkflowException} that it throws fails the update, not the run. Its name is
 * unique among the updates of the workflow, and it is neither private nor final.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface UpdateMethod {

    /** The name of the update; that of the method when empty. */
    String value() default "";

}
