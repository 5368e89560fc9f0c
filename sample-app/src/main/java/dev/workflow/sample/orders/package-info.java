/**
 * An order from its receipt to its shipment: a controller that starts a workflow in its
 * own transaction, steps that are undone when a later one fails, a person who has to
 * approve, and a carrier that often fails.
 */
@NullMarked
package dev.workflow.sample.orders;

import org.jspecify.annotations.NullMarked;
