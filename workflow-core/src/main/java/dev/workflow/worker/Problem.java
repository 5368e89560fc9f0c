package dev.workflow.worker;

/**
 * One thing that is wrong with a workflow or activity bean.
 *
 * @param beanName the bean
 * @param description what is wrong, in full sentences
 * @param action what to do about it
 */
public record Problem(String beanName, String description, String action) {
}
