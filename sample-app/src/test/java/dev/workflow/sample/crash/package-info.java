/**
 * Crash tests: nodes as real processes on one PostgreSQL, killed, paused and stopped at
 * random moments under load. What the nodes run beside the sample's own types is here,
 * too, and exists only where the profile {@code crash} is active.
 */
@NullMarked
package dev.workflow.sample.crash;

import org.jspecify.annotations.NullMarked;
