package dev.workflow;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Answers a question about a run, open or closed. It returns at once and changes nothing:
 * it may neither block nor call an activity. Its name is unique among the queries of the
 * workflow, and it is neither private nor final.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface QueryMethod {

    /** The name of the query; that of the method when empty. */
    String value() default "";

}
