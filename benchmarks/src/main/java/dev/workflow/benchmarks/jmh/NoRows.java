package dev.workflow.benchmarks.jmh;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

/** A database that answers every query at once, with nothing. */
final class NoRows implements InvocationHandler {

    private NoRows() {
    }

    static DataSource dataSource() {
        return proxy(DataSource.class);
    }

    private static <T> T proxy(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(NoRows.class.getClassLoader(), new Class<?>[] { type }, new NoRows()));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
        Class<?> type = method.getReturnType();
        if (type == Connection.class || type == PreparedStatement.class || type == Statement.class
                || type == ResultSet.class) {
            return proxy(type);
        }
        if (type == boolean.class) {
            return false;
        }
        return (type == int.class) ? 0 : null;
    }

}
