/**
 * The determinism check: reads the byte code of workflow classes, and of what they call
 * in the application, and finds what would not be the same in a replay.
 * {@link dev.workflow.determinism.DeterminismCheck} is its public face; the check at
 * start and tests use it alike. Nothing here runs workflow code.
 *
 * <p>
 * {@code ClassFiles} reads class files into {@code ClassCode} and {@code MethodCode};
 * {@code MethodReader} follows the values of one method as far as the rules need it;
 * {@code Walk} goes from the workflow's methods through all that they may call and asks
 * {@code ForbiddenCalls} and the other rules.
 */
@NullMarked
package dev.workflow.determinism;

import org.jspecify.annotations.NullMarked;
