/**
 * What the sample expects of what it is given, wherever that comes from: what no retry
 * could help is refused before anything is done.
 */
@NullMarked
package dev.workflow.sample.input;

import org.jspecify.annotations.NullMarked;
