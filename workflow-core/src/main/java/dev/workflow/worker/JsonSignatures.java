package dev.workflow.worker;

import java.io.Closeable;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Writer;
import java.lang.reflect.Constructor;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.Spliterator;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Lock;
import java.util.stream.BaseStream;

import dev.workflow.Promise;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.io.InputStreamSource;

/**
 * Finds types in signatures that cannot travel as JSON: live things like streams, threads
 * and futures. It looks into generics, arrays and records, not into other classes, of
 * which Jackson may ignore properties.
 */
final class JsonSignatures {

    private static final List<Class<?>> LIVE = List.of(InputStream.class, OutputStream.class, Reader.class,
            Writer.class, Closeable.class, BaseStream.class, Iterator.class, Spliterator.class, Thread.class,
            ThreadGroup.class, ThreadLocal.class, ClassLoader.class, Process.class, Executor.class, Lock.class,
            Future.class, CompletionStage.class, Flow.Publisher.class, Promise.class, Method.class, Constructor.class,
            BeanFactory.class, InputStreamSource.class);

    private static final List<String> LIVE_NAMES = List.of("jakarta.servlet.", "org.reactivestreams.Publisher",
            "org.springframework.web.multipart.MultipartFile", "org.springframework.web.context.request.",
            "org.springframework.http.server.", "org.springframework.ui.Model", "jakarta.persistence.EntityManager",
            "java.sql.Connection", "java.sql.Statement", "java.sql.ResultSet", "javax.sql.DataSource",
            "kotlin.coroutines.", "kotlin.jvm.functions.");

    private static final int MAX_TYPES = 200;

    private JsonSignatures() {
    }

    /** What in this type cannot be JSON, as a name; null: nothing that can be told. */
    static @Nullable String obstacle(Type type) {
        return obstacle(type, new HashSet<>());
    }

    private static @Nullable String obstacle(Type type, Set<Type> seen) {
        if (seen.size() > MAX_TYPES || !seen.add(type)) {
            return null;
        }
        return switch (type) {
            case Class<?> plain -> ofClass(plain, seen);
            case ParameterizedType generic -> {
                String raw = obstacle(generic.getRawType(), seen);
                yield (raw != null) ? raw : first(generic.getActualTypeArguments(), seen);
            }
            case GenericArrayType array -> obstacle(array.getGenericComponentType(), seen);
            case WildcardType wildcard -> first(wildcard.getUpperBounds(), seen);
            case TypeVariable<?> variable -> first(variable.getBounds(), seen);
            default -> null;
        };
    }

    private static @Nullable String ofClass(Class<?> type, Set<Type> seen) {
        if (type.isArray()) {
            return obstacle(type.getComponentType(), seen);
        }
        if (isLive(type)) {
            return type.getName();
        }
        if (type.isRecord()) {
            return first(
                    Arrays.stream(type.getRecordComponents()).map(RecordComponent::getGenericType).toArray(Type[]::new),
                    seen);
        }
        return null;
    }

    private static boolean isLive(Class<?> type) {
        if (type.isEnum()) {
            return false;
        }
        return LIVE.stream().anyMatch((live) -> live.isAssignableFrom(type))
                || LIVE_NAMES.stream().anyMatch((name) -> type.getName().startsWith(name))
                || type.isAnnotationPresent(FunctionalInterface.class);
    }

    private static @Nullable String first(Type[] types, Set<Type> seen) {
        for (Type type : types) {
            String obstacle = obstacle(type, seen);
            if (obstacle != null) {
                return obstacle;
            }
        }
        return null;
    }

}
