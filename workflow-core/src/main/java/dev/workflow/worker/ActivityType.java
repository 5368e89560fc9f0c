package dev.workflow.worker;

import java.lang.reflect.Method;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.util.ClassUtils;

/** The activities of one class or interface, by method. */
final class ActivityType {

    private final Class<?> userClass;

    private final String name;

    private final boolean declaredByInterface;

    private final Map<Method, ActivityCall> calls;

    /** Also methods of interfaces and superclasses, as callers name them. */
    private final Map<Method, Optional<ActivityCall>> resolved = new ConcurrentHashMap<>();

    /**
     * The activities of a class.
     * @param userClass the class or interface
     * @param name its name for people: the prefix of its types
     * @param declaredByInterface whether only interfaces carry the annotation
     * @param calls the activities by their method in the user's class
     */
    ActivityType(Class<?> userClass, String name, boolean declaredByInterface, Map<Method, ActivityCall> calls) {
        this.userClass = userClass;
        this.name = name;
        this.declaredByInterface = declaredByInterface;
        this.calls = Collections.unmodifiableMap(new LinkedHashMap<>(calls));
    }

    Class<?> userClass() {
        return this.userClass;
    }

    String name() {
        return this.name;
    }

    Collection<ActivityCall> calls() {
        return this.calls.values();
    }

    /** The activity that a call of this method is; null when the method is none. */
    @Nullable ActivityCall call(Method method) {
        return this.resolved
            .computeIfAbsent(method, (key) -> Optional.ofNullable(this.calls.get(specific(key, this.userClass))))
            .orElse(null);
    }

    /**
     * Why the class cannot be subclassed for interception although it has to be; null: it
     * can or needs not.
     */
    @Nullable String obstacle() {
        String obstacle = subclassObstacle();
        return (obstacle == null || this.declaredByInterface) ? null : obstacle;
    }

    /**
     * The interfaces to intercept instead of the class; empty when the class itself can
     * be.
     */
    List<Class<?>> interfacesInstead() {
        return (subclassObstacle() == null) ? List.of() : List.of(ClassUtils.getAllInterfacesForClass(this.userClass));
    }

    private @Nullable String subclassObstacle() {
        return Proxyability.obstacle(this.userClass, this.calls.keySet());
    }

    /**
     * The method as the class has it, for one that a supertype declares. A generated
     * class does not know the generic types of its methods; there it is that of the
     * interface.
     */
    static Method specific(Method method, Class<?> type) {
        Method specific = ClassUtils.getMostSpecificMethod(method, type);
        boolean generated = BeanClasses.isGenerated(specific.getDeclaringClass());
        return BridgeMethodResolver.findBridgedMethod(generated ? ofInterface(method, type) : specific);
    }

    private static Method ofInterface(Method method, Class<?> generated) {
        for (Class<?> candidate : ClassUtils.getAllInterfacesForClass(generated)) {
            Method found = ClassUtils.getMethodIfAvailable(candidate, method.getName(), method.getParameterTypes());
            if (found != null) {
                return found;
            }
        }
        return method;
    }

}
