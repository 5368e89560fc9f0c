package dev.workflow.visibility;

/**
 * One field of an order. Runs that lack it come last in both directions.
 *
 * @param field the field
 * @param descending whether greater values come first
 */
record SortKey(Field field, boolean descending) {

    String direction() {
        return (this.descending ? "desc" : "asc") + (this.field.nullable() ? " nulls last" : "");
    }

}
