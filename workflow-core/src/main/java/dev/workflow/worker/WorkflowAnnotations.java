package dev.workflow.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

import dev.workflow.VersioningBehavior;
import dev.workflow.Workflow;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;

/**
 * What a workflow class says about itself, taken from the class, its superclasses and its
 * interfaces.
 *
 * @param declaringType the most specific annotated type, or the class itself when nothing
 * is annotated
 * @param type the type's name
 * @param taskQueue the queue
 * @param versioning which builds may run it
 * @param failOn exceptions that fail the run
 */
record WorkflowAnnotations(Class<?> declaringType, String type, String taskQueue, VersioningBehavior versioning,
        List<Class<? extends Throwable>> failOn) {

    static boolean isWorkflow(@Nullable Class<?> type) {
        return type != null && !type.isAnnotation()
                && MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY).isPresent(Workflow.class);
    }

    /** The queue that an annotation names; null when none does. */
    static @Nullable String declaredTaskQueue(Class<?> workflowClass, UnaryOperator<String> placeholders) {
        return MergedAnnotations.from(workflowClass, SearchStrategy.TYPE_HIERARCHY)
            .stream(Workflow.class)
            .filter((annotation) -> annotation.hasNonDefaultValue("taskQueue"))
            .findFirst()
            .map((annotation) -> placeholders.apply(annotation.getString("taskQueue")))
            .orElse(null);
    }

    static WorkflowAnnotations of(Class<?> workflowClass, UnaryOperator<String> placeholders) {
        List<MergedAnnotation<Workflow>> found = MergedAnnotations.from(workflowClass, SearchStrategy.TYPE_HIERARCHY)
            .stream(Workflow.class)
            .toList();
        Class<?> declaringType = workflowClass;
        String type = "";
        String taskQueue = "default";
        VersioningBehavior versioning = VersioningBehavior.UNSPECIFIED;
        List<Class<? extends Throwable>> failOn = new ArrayList<>();
        if (!found.isEmpty()) {
            MergedAnnotation<Workflow> mostSpecific = found.getFirst();
            declaringType = (mostSpecific.getSource() instanceof Class<?> source) ? source : workflowClass;
            type = placeholders.apply(mostSpecific.getString("name"));
            taskQueue = found.stream()
                .filter((annotation) -> annotation.hasNonDefaultValue("taskQueue"))
                .findFirst()
                .map((annotation) -> placeholders.apply(annotation.getString("taskQueue")))
                .orElse(taskQueue);
            versioning = found.stream()
                .map((annotation) -> annotation.getEnum("versioning", VersioningBehavior.class))
                .filter((declared) -> declared != VersioningBehavior.UNSPECIFIED)
                .findFirst()
                .orElse(versioning);
            found.forEach((annotation) -> failOn.addAll(List.of(annotation.synthesize().failOn())));
        }
        return new WorkflowAnnotations(declaringType, type.isEmpty() ? declaringType.getSimpleName() : type, taskQueue,
                versioning, List.copyOf(failOn));
    }

}
