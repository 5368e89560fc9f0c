package dev.workflow;

import org.springframework.core.ParameterizedTypeReference;

/**
 * Arguments whose types the receiver names: for dynamic workflows, activities and
 * handlers.
 */
public interface Arguments {

    /** How many there are. */
    int size();

    /**
     * One of them, decoded as the given type.
     * @param index its place, from 0
     * @param type what to read it as
     * @return the argument; null where null was sent
     * @throws IndexOutOfBoundsException when there are not so many
     * @throws IllegalArgumentException when it cannot be read as that type
     */
    <T> T get(int index, Class<T> type);

    /** As {@link #get(int, Class)}, for a generic type. */
    <T> T get(int index, ParameterizedTypeReference<T> type);

}
