package dev.workflow.replay;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLogger;

/** A logger that says nothing while what it would say has been said already. */
final class ReplayAwareLogger {

    private ReplayAwareLogger() {
    }

    static Logger of(Class<?> type, BooleanSupplier silent) {
        Logger real = LoggerFactory.getLogger(type);
        return (Logger) Proxy.newProxyInstance(ReplayAwareLogger.class.getClassLoader(),
                new Class<?>[] { Logger.class }, (proxy, method, arguments) -> {
                    boolean mute = silent.getAsBoolean() && !method.getName().equals("getName")
                            && method.getDeclaringClass() != Object.class;
                    return invoke(mute ? NOPLogger.NOP_LOGGER : real, method, arguments);
                });
    }

    private static @Nullable Object invoke(Logger logger, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(logger, arguments);
        }
        catch (InvocationTargetException thrown) {
            throw (thrown.getCause() != null) ? thrown.getCause() : thrown;
        }
    }

}
