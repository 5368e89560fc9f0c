package dev.workflow.worker;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

import dev.workflow.Activity;
import dev.workflow.ActivityMethod;
import dev.workflow.ActivityOptions;
import dev.workflow.CancellationType;
import dev.workflow.DynamicActivity;
import org.jspecify.annotations.Nullable;
import org.springframework.core.GenericTypeResolver;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.util.ClassUtils;

/**
 * Reads from classes and interfaces which activities they have. The types are those of
 * the public methods of an annotated class; where only interfaces are annotated, of their
 * methods. Options of a method win over those of its class, and these over those of
 * interfaces.
 */
final class ActivityTypes {

    /** Methods with these belong to the container. */
    private static final List<String> LIFECYCLE = List.of("jakarta.annotation.PostConstruct",
            "jakarta.annotation.PreDestroy", "jakarta.annotation.Resource", "jakarta.inject.Inject",
            "org.springframework.beans.factory.annotation.Autowired", "org.springframework.context.annotation.Bean");

    private final UnaryOperator<String> placeholders;

    private final AnnotatedOptions options;

    private final AnnotationTransactionAttributeSource transactions = new AnnotationTransactionAttributeSource(false);

    private final ClassValue<ActivityType> types = new ClassValue<>() {

        @Override
        protected ActivityType computeValue(Class<?> type) {
            return read(type);
        }

    };

    private static final ClassValue<Boolean> ANNOTATED = new ClassValue<>() {

        @Override
        protected Boolean computeValue(Class<?> type) {
            return !type.isAnnotation()
                    && MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY).isPresent(Activity.class);
        }

    };

    ActivityTypes(UnaryOperator<String> placeholders) {
        this.placeholders = placeholders;
        this.options = new AnnotatedOptions(placeholders);
        this.transactions.setEmbeddedValueResolver(placeholders::apply);
    }

    /** Whether the class, a superclass or an interface is annotated. */
    static boolean isActivity(@Nullable Class<?> type) {
        return type != null && ANNOTATED.get(type);
    }

    /**
     * The activities of this class or interface, annotated or not.
     * @throws IllegalArgumentException when an attribute of an annotation makes no sense
     */
    ActivityType of(Class<?> userClass) {
        return this.types.get(userClass);
    }

    /**
     * The queue that the class names for all of its activities; null: none.
     * @throws IllegalArgumentException when an attribute of an annotation makes no sense
     */
    @Nullable String taskQueueOf(Class<?> userClass) {
        return ofType(userClass).taskQueue();
    }

    private ActivityOptions ofType(Class<?> type) {
        return merged(MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY).stream(Activity.class).toList());
    }

    private ActivityType read(Class<?> type) {
        List<Class<?>> annotated = MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY)
            .stream(Activity.class)
            .<Class<?>>map((annotation) -> (annotation.getSource() instanceof Class<?> source) ? source : type)
            .distinct()
            .toList();
        Class<?> annotatedClass = annotated.stream().filter((source) -> !source.isInterface()).findFirst().orElse(null);
        Map<Method, ActivityCall> calls = new LinkedHashMap<>();
        if (annotatedClass != null || annotated.isEmpty()) {
            Class<?> naming = (annotatedClass != null) ? annotatedClass : type;
            addCalls(type, type, prefix(naming), calls);
            return new ActivityType(type, prefix(naming), false, calls);
        }
        annotated.stream()
            .filter((root) -> annotated.stream().noneMatch((other) -> other != root && root.isAssignableFrom(other)))
            .forEach((root) -> addCalls(root, type, prefix(root), calls));
        return new ActivityType(type, prefix(annotated.getFirst()), true, calls);
    }

    private String prefix(Class<?> naming) {
        String name = MergedAnnotations.from(naming).get(Activity.class).getValue("name", String.class).orElse("");
        return name.isEmpty() ? naming.getSimpleName() : this.placeholders.apply(name);
    }

    private void addCalls(Class<?> root, Class<?> type, String prefix, Map<Method, ActivityCall> calls) {
        ActivityOptions ofType = ofType(root);
        for (Method method : activityMethods(root, type)) {
            List<MergedAnnotation<ActivityMethod>> ofMethod = MergedAnnotations
                .from(method, SearchStrategy.TYPE_HIERARCHY)
                .stream(ActivityMethod.class)
                .toList();
            String name = ofMethod.stream()
                .map((annotation) -> this.placeholders.apply(annotation.getString("name")))
                .filter((text) -> !text.isEmpty())
                .findFirst()
                .orElse(prefix + "." + method.getName());
            Type[] parameterTypes = Arrays.stream(method.getGenericParameterTypes())
                .map((parameterType) -> GenericTypeResolver.resolveType(parameterType, type))
                .toArray(Type[]::new);
            calls.putIfAbsent(method,
                    new ActivityCall(name, method, merged(ofMethod).orElse(ofType).orElse(ofTransaction(method, type)),
                            GenericTypeResolver.resolveType(method.getGenericReturnType(), type), parameterTypes));
        }
    }

    /**
     * What is recorded in a transaction of its own counts once it has committed: whoever
     * is canceled meanwhile has to know, or nobody would undo it.
     */
    private ActivityOptions ofTransaction(Method method, Class<?> type) {
        TransactionAttribute transaction = this.transactions.getTransactionAttribute(method, type);
        boolean recorded = transaction != null && !transaction.isReadOnly()
                && transaction.getPropagationBehavior() == TransactionDefinition.PROPAGATION_REQUIRED;
        ActivityOptions none = ActivityOptions.defaults();
        return recorded ? none.cancellationType(CancellationType.WAIT_CANCELLATION_COMPLETED) : none;
    }

    private ActivityOptions merged(List<? extends MergedAnnotation<?>> mostSpecificFirst) {
        return mostSpecificFirst.stream()
            .map(this.options::read)
            .reduce(ActivityOptions.defaults(), ActivityOptions::orElse);
    }

    private static Set<Method> activityMethods(Class<?> root, Class<?> type) {
        Set<Method> found = new LinkedHashSet<>();
        for (Method declared : root.getMethods()) {
            Method method = ActivityType.specific(declared, type);
            if (declared.getDeclaringClass() != Object.class && !Modifier.isStatic(declared.getModifiers())
                    && !isOfObject(method) && !isLifecycle(method)) {
                found.add(method);
            }
        }
        found.removeAll(ofContainer(type));
        return found;
    }

    private static boolean isOfObject(Method method) {
        return Arrays.stream(Object.class.getMethods())
            .anyMatch((object) -> object.getName().equals(method.getName())
                    && Arrays.equals(object.getParameterTypes(), method.getParameterTypes()));
    }

    private static boolean isLifecycle(Method method) {
        MergedAnnotations annotations = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY);
        return LIFECYCLE.stream().anyMatch(annotations::isPresent);
    }

    /** Implementations of what the container, not a workflow, calls. */
    private static Set<Method> ofContainer(Class<?> type) {
        Set<Method> methods = new LinkedHashSet<>();
        for (Class<?> implemented : ClassUtils.getAllInterfacesForClass(type)) {
            if (implemented.getName().startsWith("org.springframework.") || implemented == AutoCloseable.class
                    || implemented == java.io.Closeable.class || implemented == DynamicActivity.class) {
                for (Method method : implemented.getMethods()) {
                    methods.add(ActivityType.specific(method, type));
                }
            }
        }
        return methods;
    }

}
