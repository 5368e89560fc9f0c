/**
 * The application whose engine is measured: the workloads as a user would write them,
 * with the starter's default settings.
 */
@NullMarked
package dev.workflow.benchmarks.application;

import org.jspecify.annotations.NullMarked;
