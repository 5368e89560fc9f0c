package dev.workflow.payload;

import java.util.Map;

/**
 * A value on its way through the codecs.
 *
 * @param metadata says how to read the data; {@code encoding} is always there. A codec
 * that changes the data gives it an encoding of its own name, by which it knows again
 * what to decode, and keeps what was there before inside of the data
 * @param data the bytes; before the first codec the UTF-8 of a JSON text, with the
 * encoding {@value #PLAIN}
 */
@SuppressWarnings("ArrayRecordComponent")
public record Payload(Map<String, String> metadata, byte[] data) {

    /** The key of the metadata that names the encoding. */
    public static final String ENCODING = "encoding";

    /** The encoding of a JSON text that no codec has touched. */
    public static final String PLAIN = "json/plain";

    /** The encoding; empty when the metadata does not say. */
    public String encoding() {
        return this.metadata.getOrDefault(ENCODING, "");
    }

    /** Names the metadata and the size: the data may be a secret. */
    @Override
    public String toString() {
        return "Payload" + this.metadata + " of " + this.data.length + " bytes";
    }

}
