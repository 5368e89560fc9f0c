/**
 * The application whose engine is measured: workload W1 as a user would write it, with
 * the starter's default settings.
 */
@NullMarked
package dev.workflow.benchmarks.application;

import org.jspecify.annotations.NullMarked;
