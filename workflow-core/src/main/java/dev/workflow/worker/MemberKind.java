package dev.workflow.worker;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import dev.workflow.QueryMethod;
import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.WorkflowMethod;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;

/** What a method of a workflow is for its callers. */
public enum MemberKind {

    /** The method that is the workflow: starts a run. */
    WORKFLOW(WorkflowMethod.class),

    /** Sends a signal. */
    SIGNAL(SignalMethod.class),

    /** Asks a query. */
    QUERY(QueryMethod.class),

    /** Makes an update. */
    UPDATE(UpdateMethod.class);

    private final Class<? extends Annotation> annotation;

    MemberKind(Class<? extends Annotation> annotation) {
        this.annotation = annotation;
    }

    /** The annotation's name as users write it. */
    String annotationName() {
        return "@" + this.annotation.getSimpleName();
    }

    /**
     * What the method, or one that it overrides or implements, is annotated as; null:
     * nothing.
     */
    static @Nullable MemberKind of(Method method) {
        List<MemberKind> kinds = allOf(method);
        return kinds.isEmpty() ? null : kinds.getFirst();
    }

    /** Everything that the method is annotated as. */
    static List<MemberKind> allOf(Method method) {
        MergedAnnotations annotations = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY);
        return Stream.of(values()).filter((kind) -> annotations.isPresent(kind.annotation)).toList();
    }

    /** The name under which this method is called. */
    String nameOf(Method method, UnaryOperator<String> placeholders) {
        if (this == WORKFLOW) {
            return method.getName();
        }
        return MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY)
            .get(this.annotation)
            .getValue(MergedAnnotation.VALUE, String.class)
            .map(placeholders)
            .filter((name) -> !name.isEmpty())
            .orElse(method.getName());
    }

}
