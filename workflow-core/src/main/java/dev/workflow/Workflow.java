package dev.workflow;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Scope;
import org.springframework.core.annotation.AliasFor;
import org.springframework.stereotype.Component;

/**
 * A workflow type: a prototype bean, one new instance for each run, made on a workflow
 * thread. It has one {@link WorkflowMethod}, or is a {@link DynamicWorkflow}; injected
 * {@link Activity} beans are called durably. An interface may carry the annotation and a
 * plain bean implement it. It cannot be final, nor injected into other beans.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Component
@Scope("prototype")
public @interface Workflow {

    /** As {@link #name()}. */
    @AliasFor("name")
    String value() default "";

    /** The type's name, unique in the application; the simple class name when empty. */
    @AliasFor("value")
    String name() default "";

    /** The task queue that its runs wait in. Resolves <code>${placeholders}</code>. */
    String taskQueue() default "default";

    /**
     * Which builds of the application may run it, where nodes have a build id; declared
     * by the most specific type that says so.
     */
    VersioningBehavior versioning() default VersioningBehavior.UNSPECIFIED;

    /**
     * Exceptions, with their subclasses, that fail the run. Without it only a
     * {@code WorkflowException} does; any other exception fails the workflow task, which
     * is retried and shown, so that a bug can be mended and the run goes on.
     */
    Class<? extends Throwable>[] failOn() default {};

}
