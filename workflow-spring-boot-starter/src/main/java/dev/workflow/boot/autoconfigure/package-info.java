/**
 * The wiring: one auto-configuration for each part, in the order persistence, schema,
 * engine, worker, client, REST, Actuator. Nothing here changes a setting or a bean of the
 * application. Its beans have names with a dot, {@code workflow.client}, so that those of
 * the application may have any name: applications like to have a {@code workflowService}.
 */
@NullMarked
package dev.workflow.boot.autoconfigure;

import org.jspecify.annotations.NullMarked;
