package dev.workflow.worker;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

import org.jspecify.annotations.Nullable;
import org.springframework.cglib.core.SpringNamingPolicy;
import org.springframework.cglib.proxy.Callback;
import org.springframework.cglib.proxy.Enhancer;
import org.springframework.cglib.proxy.Factory;
import org.springframework.objenesis.SpringObjenesis;

/**
 * Makes objects that look like a class or interface and hand every call to a handler: JDK
 * proxies of interfaces, and of classes subclasses that are generated once for each class
 * and instantiated without a constructor.
 */
final class CallProxies {

    private final SpringObjenesis objenesis = new SpringObjenesis();

    private final ClassValue<Class<?>> subclasses = new ClassValue<>() {

        @Override
        protected Class<?> computeValue(Class<?> type) {
            Enhancer enhancer = new Enhancer();
            enhancer.setSuperclass(type);
            enhancer.setClassLoader(type.getClassLoader());
            enhancer.setNamingPolicy(SpringNamingPolicy.INSTANCE);
            enhancer.setCallbackType(Handler.class);
            enhancer.setUseCache(false);
            return enhancer.createClass();
        }

    };

    /**
     * A new object of the type; the type can be intercepted, which the caller has
     * checked.
     */
    <T> T create(Class<T> type, InvocationHandler handler) {
        if (type.isInterface()) {
            return type.cast(ofInterfaces(type.getClassLoader(), handler, type));
        }
        Object proxy = this.objenesis.newInstance(this.subclasses.get(type), true);
        ((Factory) proxy).setCallbacks(new Callback[] { new Handler(handler) });
        return type.cast(proxy);
    }

    /** A new object that has all these interfaces. */
    Object ofInterfaces(@Nullable ClassLoader classLoader, InvocationHandler handler, Class<?>... interfaces) {
        return Proxy.newProxyInstance(classLoader, interfaces, handler);
    }

    /** The handler that was given when this object was made here, else null. */
    static @Nullable InvocationHandler handlerOf(Object object) {
        if (Proxy.isProxyClass(object.getClass())) {
            return Proxy.getInvocationHandler(object);
        }
        return (object instanceof Factory factory && factory.getCallback(0) instanceof Handler handler)
                ? handler.delegate() : null;
    }

    /** What a call that is not made returns: null, or the zero of a primitive type. */
    static @Nullable Object zero(Class<?> type) {
        return (type.isPrimitive() && type != void.class) ? Array.get(Array.newInstance(type, 1), 0) : null;
    }

    /**
     * Answers what every object answers, without the handler's owner; null when the
     * method is no such one.
     */
    @SuppressWarnings("ReferenceEquality")
    static @Nullable Object local(Object proxy, Method method, @Nullable Object @Nullable [] arguments, String name) {
        return switch (method.getName()) {
            case "equals" ->
                (method.getParameterCount() == 1 && method.getParameterTypes()[0] == Object.class && arguments != null)
                        ? proxy == arguments[0] : null;
            case "hashCode" -> (method.getParameterCount() == 0) ? name.hashCode() : null;
            case "toString" -> (method.getParameterCount() == 0) ? name : null;
            default -> null;
        };
    }

    /** Adapts the handler to the generated subclasses. */
    private record Handler(InvocationHandler delegate) implements org.springframework.cglib.proxy.InvocationHandler {

        @Override
        public @Nullable Object invoke(Object proxy, Method method, @Nullable Object[] arguments) throws Throwable {
            return this.delegate.invoke(proxy, method, arguments);
        }

    }

}
