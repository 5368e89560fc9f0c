/**
 * The wiring: one auto-configuration for each part, in the order persistence, schema,
 * engine, worker, client, REST, Actuator. Nothing here changes a setting or a bean of the
 * application.
 */
@NullMarked
package dev.workflow.boot.autoconfigure;

import org.jspecify.annotations.NullMarked;
