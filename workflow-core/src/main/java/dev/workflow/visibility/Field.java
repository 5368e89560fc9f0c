package dev.workflow.visibility;

/** What a query can ask for. */
sealed interface Field permits BuiltInField, AttributeField {

    /** As the user writes it. */
    String fieldName();

    /** How its values are compared. */
    FieldType type();

    /** Whether a run may lack it. */
    boolean nullable();

    /** The SQL expression of its value. */
    String expression(Parameters parameters);

    /**
     * The field of that name; every name that is not built in is a search attribute's.
     */
    static Field of(Token name) {
        Field builtIn = BuiltInField.byName(name.text());
        if (builtIn != null) {
            return builtIn;
        }
        if (!Names.isAttributeName(name.text())) {
            throw ListQueryException.at(name.position(),
                    "A field's name has 1 to 100 letters, digits and underscores; " + name.described() + " is none");
        }
        return new AttributeField(name.text());
    }

}
