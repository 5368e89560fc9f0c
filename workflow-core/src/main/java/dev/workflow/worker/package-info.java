/**
 * The workflow and activity types of this application, and what runs them: pollers,
 * slots, running activities. A slot is taken before work is taken, so nothing waits in
 * memory for capacity that another node has.
 */
@NullMarked
package dev.workflow.worker;

import org.jspecify.annotations.NullMarked;
