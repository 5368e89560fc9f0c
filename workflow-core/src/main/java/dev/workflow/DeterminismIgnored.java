package dev.workflow;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Code that the determinism check at start does not look into, because somebody who read
 * it knows that replays do not differ for it. What it calls is not looked at either, as
 * far as nothing else calls it. The reason is for the next reader: without one the
 * annotation has no effect, and is itself reported.
 */
@Target({ ElementType.TYPE, ElementType.METHOD, ElementType.CONSTRUCTOR })
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface DeterminismIgnored {

    /** Why this code may do what it does. */
    String value();

}
