/**
 * Measures the engine beside its peers and the bare database, on the same PostgreSQL in
 * the same run. {@link dev.workflow.benchmarks.Benchmarks} is the command. A
 * {@code Contender} opens a {@code Session}, which runs workflows; a {@code Workload} is
 * a question that is put to contenders; each {@code Entry} of it is one column of its
 * table, whose {@code Trial} is one turn and answers with a {@code Round} of
 * {@code Metric}s. The {@code Judge} gives turns and makes the {@code Report}.
 */
@NullMarked
package dev.workflow.benchmarks;

import org.jspecify.annotations.NullMarked;
