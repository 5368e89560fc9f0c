package dev.workflow.visibility;

/** How a field's values are written and compared. */
enum FieldType {

    TEXT("text in single quotes"), STATUS("a status"), RUN_ID("a run id (a UUID) in single quotes"),
    TIME("a time such as '2026-11-01T00:00:00Z' in single quotes"), NUMBER("a whole number"),
    STATE("a state in single quotes"), ATTRIBUTE("text in single quotes, a number, TRUE or FALSE");

    private final String expected;

    FieldType(String expected) {
        this.expected = expected;
    }

    String expected() {
        return this.expected;
    }

    boolean ordered() {
        return this != STATUS && this != STATE;
    }

}
