/**
 * Many activities at once.
 */
@NullMarked
package dev.workflow.sample.fanout;

import org.jspecify.annotations.NullMarked;
