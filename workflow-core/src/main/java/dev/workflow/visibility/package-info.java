/**
 * The query language of lists: parsed by the grammar {@code ListQuery.g4}, checked and
 * turned into SQL with bound parameters. It reads the visibility table only and never a
 * run's history.
 */
@NullMarked
package dev.workflow.visibility;

import org.jspecify.annotations.NullMarked;
