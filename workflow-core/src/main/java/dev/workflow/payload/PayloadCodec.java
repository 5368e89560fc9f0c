package dev.workflow.payload;

/**
 * Changes how values are stored: compresses them, encrypts them, moves them elsewhere.
 * Codecs are beans; a value goes through them in their order and back in the reverse
 * order. Calls come from many threads at once.
 * <p>
 * Decoding must give back exactly what was encoded, today and for as long as a history is
 * kept; what was written before the codec existed never comes to it. A codec that meets
 * an encoding that is not its own returns the payload as it is.
 */
public interface PayloadCodec {

    /** Encodes; returns the given payload where there is nothing to do. */
    Payload encode(Payload payload);

    /** Decodes; returns the given payload where it is of another encoding. */
    Payload decode(Payload payload);

}
