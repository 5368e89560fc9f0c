/**
 * The engine's tables: entities, repositories and the hot SQL, behind the engine's one
 * interface. Whatever here fences, locks or claims does so in the same statement or
 * transaction as the write that it protects.
 */
@NullMarked
package dev.workflow.store;

import org.jspecify.annotations.NullMarked;
