package dev.workflow.visibility;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A row of a list.
 *
 * @param workflow what is shown
 * @param sortValues its place in the order
 */
record ListedRow(ListedWorkflow workflow, List<@Nullable String> sortValues) {
}
