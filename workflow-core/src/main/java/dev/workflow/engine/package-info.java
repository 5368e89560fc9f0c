/**
 * The actors that own runs, their transitions, the group commit, timers and ownership. It
 * states what it needs of a database as one interface, which the store implements.
 */
@NullMarked
package dev.workflow.engine;

import org.jspecify.annotations.NullMarked;
