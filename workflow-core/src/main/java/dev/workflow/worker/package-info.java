/**
 * How Spring beans become workflow and activity types.
 * {@link dev.workflow.worker.WorkflowBeanDefinitions} takes the workflow beans over
 * before they are created, {@link dev.workflow.worker.ActivityAdvisingPostProcessor}
 * makes calls of activity beans durable on workflow threads,
 * {@link dev.workflow.worker.BeanTypeRegistry} reads and checks all types at start.
 * {@link dev.workflow.worker.SpringActivityStubs} and
 * {@link dev.workflow.worker.CallRecorder} make the objects that stand for activities and
 * workflows where these are only called.
 */
@NullMarked
package dev.workflow.worker;

import org.jspecify.annotations.NullMarked;
