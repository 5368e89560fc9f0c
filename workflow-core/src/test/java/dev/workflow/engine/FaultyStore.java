package dev.workflow.engine;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

/** A store whose calls can be made to fail, before or after they did what they do. */
final class FaultyStore {

    /** Decides what becomes of a call. */
    interface Fault {

        @Nullable Object around(Method method, Object[] arguments, Callable<@Nullable Object> call) throws Exception;

    }

    private FaultyStore() {
    }

    static UnaryOperator<EngineStore> with(Fault fault) {
        return (store) -> (EngineStore) Proxy.newProxyInstance(EngineStore.class.getClassLoader(),
                new Class<?>[] { EngineStore.class }, (proxy, method, arguments) -> fault.around(method,
                        (arguments != null) ? arguments : new Object[0], () -> invoke(store, method, arguments)));
    }

    private static @Nullable Object invoke(EngineStore store, Method method, Object @Nullable [] arguments)
            throws Exception {
        try {
            return method.invoke(store, arguments);
        }
        catch (InvocationTargetException ex) {
            if (ex.getTargetException() instanceof Exception failure) {
                throw failure;
            }
            throw ex;
        }
    }

    static StoreException connectionLost() {
        return new StoreException(StoreException.Kind.TRANSIENT, "the test cut the connection",
                new java.sql.SQLException("cut", "08006"));
    }

}
