/**
 * Money between accounts that are rows of the application's own tables: never lost and
 * never booked twice, whatever crashes.
 */
@NullMarked
package dev.workflow.sample.transfers;

import org.jspecify.annotations.NullMarked;
