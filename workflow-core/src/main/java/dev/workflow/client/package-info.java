/**
 * What callers see: the client, handles of runs, options, schedules and batches. Inside a
 * transaction of the engine's data source its calls write through it and take effect
 * after its commit.
 */
@NullMarked
package dev.workflow.client;

import org.jspecify.annotations.NullMarked;
