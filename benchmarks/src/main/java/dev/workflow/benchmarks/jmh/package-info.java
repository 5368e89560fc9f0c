/**
 * Microbenchmarks of the parts that need no database: replay, the JSON of an event, the
 * parsing of a list query. They guard against a change that makes one of them slow.
 */
@NullMarked
package dev.workflow.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;
