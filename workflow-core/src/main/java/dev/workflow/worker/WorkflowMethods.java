package dev.workflow.worker;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

import dev.workflow.Arguments;
import dev.workflow.DynamicWorkflow;
import dev.workflow.UpdateValidator;
import dev.workflow.WorkflowInit;
import dev.workflow.replay.WorkflowDefinition.Handler;
import org.jspecify.annotations.Nullable;
import org.springframework.core.GenericTypeResolver;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;

/** Finds the methods of a workflow class and says what is wrong with them. */
final class WorkflowMethods {

    private final String beanName;

    private final Class<?> userClass;

    /** The type whose calls are recorded: only a class has to allow that. */
    private final Class<?> declaringType;

    private final Problems problems;

    private final UnaryOperator<String> placeholders;

    private final Map<MemberKind, Map<String, Method>> found = new LinkedHashMap<>();

    WorkflowMethods(String beanName, Class<?> userClass, Class<?> declaringType, Problems problems,
            UnaryOperator<String> placeholders) {
        this.beanName = beanName;
        this.userClass = userClass;
        this.declaringType = declaringType;
        this.problems = problems;
        this.placeholders = placeholders;
        MethodIntrospector.selectMethods(userClass, MemberKind::of)
            .entrySet()
            .stream()
            .sorted(Comparator.comparing((entry) -> entry.getKey().toString()))
            .forEach((entry) -> add(entry.getValue(), entry.getKey()));
    }

    /**
     * The method that is the workflow; null, with a problem, when there is not exactly
     * one.
     */
    @Nullable Handler workflowMethod() {
        Collection<Method> methods = of(MemberKind.WORKFLOW).values();
        if (methods.isEmpty() && DynamicWorkflow.class.isAssignableFrom(this.userClass)) {
            Method execute = ClassUtils.getMethod(DynamicWorkflow.class, "execute", Arguments.class);
            return handler(execute.getName(), execute);
        }
        if (methods.size() != 1) {
            problem("has " + (methods.isEmpty() ? "no @WorkflowMethod" : names(methods) + " as its @WorkflowMethod"),
                    "Annotate exactly one method with @WorkflowMethod: the one that a run executes from start to end.");
            return null;
        }
        Method method = methods.iterator().next();
        return handler(method.getName(), method);
    }

    /** The handlers of a kind, by name. */
    Map<String, Handler> handlers(MemberKind kind) {
        Map<String, Handler> handlers = new LinkedHashMap<>();
        of(kind).forEach((name, method) -> handlers.put(name, handler(name, method)));
        return handlers;
    }

    /** The method annotated with {@code @WorkflowInit}. */
    @Nullable Handler init(@Nullable Handler workflowMethod) {
        Set<Method> methods = annotated(this.userClass, WorkflowInit.class);
        if (methods.size() > 1) {
            problem("has " + names(methods) + " as its @WorkflowInit", "Leave one of them.");
        }
        for (Method method : methods) {
            Handler init = handler(method.getName(), method);
            if (workflowMethod != null && !Arrays.equals(init.parameterTypes(), workflowMethod.parameterTypes())) {
                problem("has a @WorkflowInit method " + signature(init) + " with other parameters than its "
                        + "@WorkflowMethod " + signature(workflowMethod), "Give both the same parameters.");
            }
            return init;
        }
        return null;
    }

    /** The validators, by the name of their update. */
    Map<String, Handler> validators(Map<String, Handler> updates) {
        Map<String, Handler> validators = new LinkedHashMap<>();
        for (Method method : annotated(this.userClass, UpdateValidator.class)) {
            String update = this.placeholders.apply(MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY)
                .get(UpdateValidator.class)
                .getString("value"));
            Handler validator = handler(update, method);
            Handler validated = updates.get(update);
            if (validated == null) {
                problem("validates an update '" + update + "' in " + method.getName() + " that it does not have",
                        "Name one of its updates in @UpdateValidator: " + updates.keySet() + ".");
            }
            else if (!Arrays.equals(validator.parameterTypes(), validated.parameterTypes())) {
                problem("has a validator " + method.getName() + " whose parameters are not those of the update '"
                        + update + "'", "Give the validator the parameters of the update.");
            }
            if (validators.put(update, validator) != null) {
                problem("has two validators of the update '" + update + "'", "Leave one of them.");
            }
        }
        return validators;
    }

    private void add(MemberKind kind, Method method) {
        String name = kind.nameOf(method, this.placeholders);
        Method other = of(kind).put((kind == MemberKind.WORKFLOW) ? method.toString() : name, method);
        if (other != null) {
            problem("has two " + kind.annotationName() + "s with the name '" + name + "'",
                    "Names are unique for each kind of handler: give one of them another name in its annotation.");
        }
        if (name.startsWith("__")) {
            problem("has a " + kind.annotationName() + " named '" + name + "'",
                    "Names that begin with __ belong to the engine; choose another one.");
        }
        checkShape(kind, method);
        checkJson(kind, method);
    }

    private void checkShape(MemberKind kind, Method method) {
        if (MemberKind.allOf(method).size() > 1) {
            problem("has a method " + method.getName() + " with several of the annotations "
                    + MemberKind.allOf(method).stream().map(MemberKind::annotationName).toList(), "Leave one of them.");
        }
        if (Modifier.isStatic(method.getModifiers())) {
            problem("has a static " + kind.annotationName() + " " + method.getName(), "Make it an instance method.");
        }
        if (kind == MemberKind.SIGNAL && method.getReturnType() != void.class) {
            problem("has a @SignalMethod " + method.getName() + " that returns a value, which nobody would receive",
                    "Let it return void, or make it an @UpdateMethod.");
        }
        if (kind == MemberKind.QUERY && method.getReturnType() == void.class) {
            problem("has a @QueryMethod " + method.getName() + " that returns nothing",
                    "Let it return what the query asks for; to change something, make it a @SignalMethod.");
        }
        String obstacle = this.declaringType.isInterface() ? null
                : Proxyability.obstacle(this.userClass, List.of(method));
        if (obstacle != null) {
            problem(obstacle + ", so that callers cannot record a call of " + method.getName(),
                    "Make the class and its handlers neither final nor private (in Kotlin: open), or put @Workflow on "
                            + "an interface that it implements.");
        }
    }

    private void checkJson(MemberKind kind, Method method) {
        for (Type type : types(method)) {
            String obstacle = JsonSignatures.obstacle(type);
            if (obstacle != null) {
                problem("has a " + kind.annotationName() + " " + method.getName() + " with a " + obstacle
                        + " in its signature, which cannot be JSON",
                        "Arguments and results are stored as JSON: use records, collections and plain values.");
            }
        }
    }

    private static List<Type> types(Method method) {
        List<Type> types = new ArrayList<>(List.of(method.getGenericParameterTypes()));
        types.add(method.getGenericReturnType());
        return types;
    }

    private Map<String, Method> of(MemberKind kind) {
        return this.found.computeIfAbsent(kind, (key) -> new LinkedHashMap<>());
    }

    /** All annotated methods of the class as people write them, with their annotation. */
    static Set<String> describe(Class<?> workflowClass) {
        Set<String> described = new TreeSet<>();
        MethodIntrospector.selectMethods(workflowClass, MemberKind::of)
            .forEach((method, kind) -> described.add(kind.annotationName() + " " + method.getName()));
        for (Class<? extends Annotation> annotation : List.of(UpdateValidator.class, WorkflowInit.class)) {
            annotated(workflowClass, annotation)
                .forEach((method) -> described.add("@" + annotation.getSimpleName() + " " + method.getName()));
        }
        return described;
    }

    private static Set<Method> annotated(Class<?> workflowClass, Class<? extends Annotation> annotation) {
        return MethodIntrospector.selectMethods(workflowClass,
                (Method method) -> MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY).isPresent(annotation));
    }

    private Handler handler(String name, Method method) {
        Type[] parameterTypes = Arrays.stream(method.getGenericParameterTypes())
            .map((type) -> GenericTypeResolver.resolveType(type, this.userClass))
            .toArray(Type[]::new);
        return new Handler(name, parameterTypes,
                GenericTypeResolver.resolveType(method.getGenericReturnType(), this.userClass),
                MethodInvokers.of(method));
    }

    private void problem(String predicate, String action) {
        this.problems.add(this.beanName,
                "The workflow bean '" + this.beanName + "' (" + this.userClass.getName() + ") " + predicate + ".",
                action);
    }

    private static String names(Collection<Method> methods) {
        return String.join(" and ", methods.stream().map(Method::getName).sorted().toList());
    }

    private static String signature(Handler handler) {
        return handler.name() + "("
                + String.join(", ", Arrays.stream(handler.parameterTypes()).map(Type::getTypeName).toList()) + ")";
    }

}
