/**
 * The demo, an application like any user's. It uses nothing but what the starter gives
 * everyone.
 */
@NullMarked
package dev.workflow.sample;

import org.jspecify.annotations.NullMarked;
