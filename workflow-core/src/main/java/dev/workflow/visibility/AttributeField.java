package dev.workflow.visibility;

/**
 * A search attribute.
 *
 * @param fieldName its name: letters, digits and underscores
 */
record AttributeField(String fieldName) implements Field {

    @Override
    public FieldType type() {
        return FieldType.ATTRIBUTE;
    }

    @Override
    public boolean nullable() {
        return true;
    }

    /** The jsonb value; jsonb has a total order over values of all types. */
    @Override
    public String expression(Parameters parameters) {
        return "(e.search_attributes -> cast(" + parameters.bind(this.fieldName) + " as text))";
    }

}
