/**
 * Measures the engine beside the bare database, on the same PostgreSQL in the same run.
 * {@link dev.workflow.benchmarks.Benchmarks} is the command; a {@code Contender} is
 * something that runs workflows, a {@code Benchmark} a question that is put to
 * contenders, and a {@code Report} the answer.
 */
@NullMarked
package dev.workflow.benchmarks;

import org.jspecify.annotations.NullMarked;
