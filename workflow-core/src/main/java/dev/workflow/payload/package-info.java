/**
 * Values on their way to and from the history: JSON, and a chain of codecs that compress
 * and encrypt. It has a mapper of its own, so that a change of the application's never
 * makes an old history unreadable.
 */
@NullMarked
package dev.workflow.payload;

import org.jspecify.annotations.NullMarked;
