package dev.workflow;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Refuses an update before anything of it is recorded, by throwing any exception. It has
 * the parameters of the update method, returns nothing, may neither block nor change
 * anything, and is not run again in replay.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface UpdateValidator {

    /** The name of the update that it guards. */
    String value();

}
