package dev.workflow.worker;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Collection;

import org.jspecify.annotations.Nullable;

/**
 * Whether calls on instances of a class can be intercepted by a subclass made at run
 * time.
 */
final class Proxyability {

    private Proxyability() {
    }

    /**
     * Why calls of these methods cannot be intercepted, as the predicate of a sentence;
     * null: they can.
     */
    static @Nullable String obstacle(Class<?> type, Collection<Method> methods) {
        if (type.isInterface()) {
            return null;
        }
        String obstacle = obstacle(type);
        if (obstacle != null) {
            return obstacle;
        }
        for (Method method : methods) {
            if (Modifier.isFinal(method.getModifiers()) || Modifier.isPrivate(method.getModifiers())) {
                return "has a " + (Modifier.isPrivate(method.getModifiers()) ? "private" : "final") + " method "
                        + method.getName();
            }
        }
        return null;
    }

    private static @Nullable String obstacle(Class<?> type) {
        if (type.isRecord()) {
            return "is a record";
        }
        if (Modifier.isFinal(type.getModifiers())) {
            return "is final";
        }
        if (type.isSealed()) {
            return "is sealed";
        }
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (!Modifier.isPrivate(constructor.getModifiers())) {
                return null;
            }
        }
        return "has only private constructors";
    }

}
