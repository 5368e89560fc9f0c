package dev.workflow;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Takes a message to a run. It returns nothing, runs on a workflow thread of its own and
 * may do whatever workflow code does; signals start in the order in which they were
 * acknowledged. Its name is unique among the signals of the workflow, and it is neither
 * private nor final.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface SignalMethod {

    /** The name of the signal; that of the method when empty. */
    String value() default "";

}
