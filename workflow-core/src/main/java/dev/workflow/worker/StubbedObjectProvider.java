package dev.workflow.worker;

import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;

/** Provides what another provider provides, activity beans replaced by stubs. */
record StubbedObjectProvider<T>(ObjectProvider<T> delegate,
        UnaryOperator<Object> replacement) implements ObjectProvider<T> {

    @Override
    public T getObject() {
        return replace(this.delegate.getObject());
    }

    @Override
    public T getObject(@Nullable Object... args) {
        return replace(this.delegate.getObject(args));
    }

    @Override
    public @Nullable T getIfAvailable() {
        T value = this.delegate.getIfAvailable();
        return (value != null) ? replace(value) : null;
    }

    @Override
    public @Nullable T getIfUnique() {
        T value = this.delegate.getIfUnique();
        return (value != null) ? replace(value) : null;
    }

    @Override
    public Stream<T> stream() {
        return this.delegate.stream().map(this::replace);
    }

    @Override
    public Stream<T> orderedStream() {
        return this.delegate.orderedStream().map(this::replace);
    }

    @Override
    public Stream<T> stream(Predicate<Class<?>> customFilter, boolean includeNonSingletons) {
        return this.delegate.stream(customFilter, includeNonSingletons).map(this::replace);
    }

    @Override
    public Stream<T> orderedStream(Predicate<Class<?>> customFilter, boolean includeNonSingletons) {
        return this.delegate.orderedStream(customFilter, includeNonSingletons).map(this::replace);
    }

    @SuppressWarnings("unchecked")
    private T replace(T value) {
        return (T) this.replacement.apply(value);
    }

}
