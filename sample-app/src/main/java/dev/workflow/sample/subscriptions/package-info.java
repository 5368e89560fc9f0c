/**
 * Subscriptions that live as long as their customers like: billed once a period, changed
 * and canceled by signals, carried on from run to run.
 */
@NullMarked
package dev.workflow.sample.subscriptions;

import org.jspecify.annotations.NullMarked;
