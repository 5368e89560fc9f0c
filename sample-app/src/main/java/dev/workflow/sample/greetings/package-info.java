/**
 * The smallest workflow: one activity, one step.
 */
@NullMarked
package dev.workflow.sample.greetings;

import org.jspecify.annotations.NullMarked;
