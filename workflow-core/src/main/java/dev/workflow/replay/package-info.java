/**
 * History in, commands out: workflow code on deterministic threads, and the matching of
 * what it does with what it did. No I/O, no Spring, no clock; the same history gives the
 * same commands on every node.
 */
@NullMarked
package dev.workflow.replay;

import org.jspecify.annotations.NullMarked;
