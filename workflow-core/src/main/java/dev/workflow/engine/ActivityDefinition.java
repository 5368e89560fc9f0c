package dev.workflow.engine;

import java.lang.reflect.Type;

import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionDefinition;

/**
 * An activity type that this node can run.
 *
 * @param type the type's name
 * @param parameterTypes generic types of the parameters; one parameter of type
 * {@code Arguments} takes all
 * @param resultType the generic type of the result
 * @param transaction the transaction that commits together with the result, and only with
 * one; null: none, the activity runs at least once
 * @param holdsConnection whether an attempt holds a connection of the application's pool
 * from its begin to its end
 * @param invoker calls the bean
 */
public record ActivityDefinition(String type, Type[] parameterTypes, Type resultType,
        @Nullable TransactionDefinition transaction, boolean holdsConnection, Invoker invoker) {

    /** Calls the bean's method; throws what it throws. */
    @FunctionalInterface
    public interface Invoker {

        @Nullable Object invoke(@Nullable Object[] arguments) throws Throwable;

    }

}
