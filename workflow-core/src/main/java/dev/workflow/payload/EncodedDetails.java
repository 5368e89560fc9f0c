package dev.workflow.payload;

import java.lang.reflect.Type;
import java.util.List;

import dev.workflow.failure.ApplicationFailure;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectReader;

/**
 * The details of a failure that has travelled: decoded when and as what they are asked
 * for.
 *
 * @param array the details as they are stored; null when there are none
 * @param elements the parts of the array; the whole, should it be none
 * @param payloads what decodes them
 */
record EncodedDetails(@Nullable Json array, List<Json> elements,
        PayloadConverter payloads) implements ApplicationFailure.Details {

    private static final ObjectReader ARRAY = StoredJson.mapper().build().readerFor(Json[].class);

    static EncodedDetails of(@Nullable Json details, PayloadConverter payloads) {
        return new EncodedDetails(details, elements(details), payloads);
    }

    private static List<Json> elements(@Nullable Json details) {
        if (details == null || details.isNull()) {
            return List.of();
        }
        Json[] elements = details.text().stripLeading().startsWith("[") ? StoredJson.read(ARRAY, details.text()) : null;
        return (elements != null) ? List.of(elements) : List.of(details);
    }

    @Override
    public int size() {
        return this.elements.size();
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> @Nullable T get(int index, Type type) {
        try {
            return (T) this.payloads.decode(this.elements.get(index), type);
        }
        catch (PayloadException ex) {
            throw new IllegalArgumentException("detail " + index + ": " + ex.getMessage(), ex);
        }
    }

}
