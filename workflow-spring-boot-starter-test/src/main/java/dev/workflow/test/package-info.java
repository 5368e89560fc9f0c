/**
 * Tests of workflows. {@link dev.workflow.test.WorkflowTest @WorkflowTest} boots the
 * application, or a few classes of it, on an embedded PostgreSQL database of its own;
 * {@link dev.workflow.test.WorkflowClock} lets a test pass days in milliseconds, and
 * {@link dev.workflow.test.Replayer} proves that code still does what recorded histories
 * say.
 */
@NullMarked
package dev.workflow.test;

import org.jspecify.annotations.NullMarked;
