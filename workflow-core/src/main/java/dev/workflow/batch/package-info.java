/**
 * Operations on all runs that a query finds, in small steps that any node may take. A
 * batch is a row: what it does, how far it is, and when the next step is due.
 */
@NullMarked
package dev.workflow.batch;

import org.jspecify.annotations.NullMarked;
