/**
 * The PostgreSQL that the demo starts for itself when {@code spring.datasource.url} names
 * none, so that one command is enough to try it. It keeps its data between runs. Nothing
 * else in the demo knows of it.
 */
@NullMarked
package dev.workflow.sample.postgres;

import org.jspecify.annotations.NullMarked;
