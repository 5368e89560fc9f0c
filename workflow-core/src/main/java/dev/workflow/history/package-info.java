/**
 * A run's past as pure data: the sealed {@code HistoryEvent} and its encoding. It is the
 * contract between today's code and every run that ever started, so types are added and
 * never changed.
 */
@NullMarked
package dev.workflow.history;

import org.jspecify.annotations.NullMarked;
