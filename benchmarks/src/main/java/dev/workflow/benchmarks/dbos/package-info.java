/**
 * The application whose DBOS Transact is measured: the workloads as its documentation
 * says to write them.
 */
@NullMarked
package dev.workflow.benchmarks.dbos;

import org.jspecify.annotations.NullMarked;
