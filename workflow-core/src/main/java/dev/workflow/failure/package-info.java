/**
 * What can go wrong, as types, each with what a caller needs in order to decide. The same
 * types are thrown in workflow code and by the client, and survive being written to a
 * history and read back.
 */
@NullMarked
package dev.workflow.failure;

import org.jspecify.annotations.NullMarked;
