/**
 * The engine's tables: entities, repositories and the hot SQL, behind the engine's one
 * interface. Whatever here fences, locks or claims does so in the same statement or
 * transaction as the write that it protects.
 * <p>
 * Rows that are found by keys are compared with {@code = any(array[key])}: with a plain
 * equality the planner may take a walk through a whole index instead, once it has seen
 * the table nearly empty.
 */
@NullMarked
package dev.workflow.store;

import org.jspecify.annotations.NullMarked;
