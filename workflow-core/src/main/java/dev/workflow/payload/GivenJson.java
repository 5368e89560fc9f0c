package dev.workflow.payload;

import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * Writes a {@link Json} of the application's as it is, but only where it is JSON: what
 * the engine has read or written itself needs no second look.
 */
final class GivenJson extends StdSerializer<Json> {

    GivenJson() {
        super(Json.class);
    }

    @Override
    public void serialize(Json value, JsonGenerator generator, SerializationContext context) {
        generator.writeRawValue(StoredJson.requireComplete(value.text()));
    }

    @Override
    public void serializeWithType(Json value, JsonGenerator generator, SerializationContext context,
            TypeSerializer typeSerializer) {
        serialize(value, generator, context);
    }

}
