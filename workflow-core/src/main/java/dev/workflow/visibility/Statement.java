package dev.workflow.visibility;

import java.util.Map;

/**
 * A statement and its named parameters.
 *
 * @param sql the text
 * @param parameters the values by name
 */
record Statement(String sql, Map<String, Object> parameters) {
}
