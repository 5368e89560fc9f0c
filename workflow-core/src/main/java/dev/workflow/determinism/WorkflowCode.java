package dev.workflow.determinism;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import dev.workflow.DynamicWorkflow;
import dev.workflow.QueryMethod;
import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.UpdateValidator;
import dev.workflow.WorkflowInit;
import dev.workflow.WorkflowMethod;
import dev.workflow.determinism.Step.Reach;
import org.jspecify.annotations.Nullable;
import org.springframework.asm.Type;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;

/** The methods of a workflow class that the engine calls. */
final class WorkflowCode {

    private static final List<Class<? extends Annotation>> RECORDED = List.of(WorkflowMethod.class, WorkflowInit.class,
            SignalMethod.class, UpdateMethod.class);

    private static final List<Class<? extends Annotation>> UNRECORDED = List.of(QueryMethod.class,
            UpdateValidator.class);

    private final Class<?> workflow;

    private final ClassFiles files;

    private final Hierarchy hierarchy;

    WorkflowCode(Class<?> workflow, ClassFiles files, Hierarchy hierarchy) {
        this.workflow = workflow;
        this.files = files;
        this.hierarchy = hierarchy;
    }

    static String internalName(Class<?> type) {
        return Type.getInternalName(type);
    }

    /** First what replays repeat, then the rest. */
    void forEach(Consumer<Step> action) {
        ClassCode type = this.files.find(internalName(this.workflow));
        if (type == null) {
            return;
        }
        methods(RECORDED)
            .forEach((method) -> add(method.getName(), Type.getMethodDescriptor(method), Reach.REPLAYED, action));
        if (DynamicWorkflow.class.isAssignableFrom(this.workflow)) {
            add("execute", "(Ldev/workflow/Arguments;)Ljava/lang/Object;", Reach.REPLAYED, action);
        }
        type.methods()
            .values()
            .stream()
            .filter((method) -> method.name().equals("<init>"))
            .forEach((constructor) -> action.accept(Step.root(constructor, Reach.REPLAYED)));
        methods(UNRECORDED)
            .forEach((method) -> add(method.getName(), Type.getMethodDescriptor(method), Reach.UNRECORDED, action));
        for (String supertype : this.hierarchy.supertypes(type.name())) {
            ClassCode declaring = this.files.find(supertype);
            MethodCode initializer = (declaring != null) ? declaring.method("<clinit>", "()V") : null;
            if (initializer != null) {
                action.accept(Step.root(initializer, Reach.INITIALIZER));
            }
        }
    }

    private Set<Method> methods(List<Class<? extends Annotation>> annotations) {
        Map<Method, Boolean> methods = MethodIntrospector.selectMethods(this.workflow,
                (MethodIntrospector.MetadataLookup<@Nullable Boolean>) (method) -> {
                    MergedAnnotations present = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY);
                    return annotations.stream().anyMatch(present::isPresent) ? Boolean.TRUE : null;
                });
        return methods.keySet();
    }

    private void add(String name, String descriptor, Reach reach, Consumer<Step> action) {
        MethodCode method = this.hierarchy.method(internalName(this.workflow), name, descriptor);
        if (method != null) {
            action.accept(Step.root(method, reach));
        }
    }

}
