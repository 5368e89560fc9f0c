package dev.workflow.payload;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The chain of codecs that stored values go through: compression first, then the
 * application's own in their order, encryption last. It sits between the engine and its
 * tables: values are encoded as they are written and decoded as they are read, so that
 * whatever is in memory is plain, and workflow code never meets a value that cannot be
 * read. Thread-safe.
 *
 * <p>
 * Whether a stored value is encoded is seen from itself, so values from before a codec
 * existed, and from after it was switched off, stay readable.
 */
public final class PayloadCodecs {

    /** Encodes nothing; decodes what needs no key and no codec of the application. */
    public static final PayloadCodecs NONE = of(List.of(), null, EncryptionKeys.NONE, false);

    /** A user's value that looks like an encoded payload; no codec has touched it. */
    private static final String ESCAPED = "json/escaped";

    /** Bounds what a codec that never comes to an end can do. */
    private static final int MAX_ROUNDS = 10;

    private final List<PayloadCodec> encoders;

    private final List<PayloadCodec> decoders;

    private final boolean memo;

    private final boolean lenient;

    /** Codecs that are not ours are checked at each value. */
    private final boolean verified;

    private PayloadCodecs(List<PayloadCodec> encoders, List<PayloadCodec> decoders, boolean memo, boolean lenient,
            boolean verified) {
        this.encoders = encoders;
        this.decoders = decoders;
        this.memo = memo;
        this.lenient = lenient;
        this.verified = verified;
    }

    /**
     * A chain.
     * @param codecs the application's own, in their order
     * @param compressAbove from how many bytes on payloads are compressed; null for never
     * @param keys encrypt and decrypt
     * @param memo whether memos are encoded, too
     */
    public static PayloadCodecs of(List<PayloadCodec> codecs, @Nullable Long compressAbove, EncryptionKeys keys,
            boolean memo) {
        CompressionCodec compression = new CompressionCodec((compressAbove != null) ? compressAbove : Long.MAX_VALUE);
        EncryptionCodec encryption = new EncryptionCodec(keys);
        List<PayloadCodec> encoders = new ArrayList<>();
        if (compressAbove != null) {
            encoders.add(compression);
        }
        encoders.addAll(codecs);
        if (keys.currentId() != null) {
            encoders.add(encryption);
        }
        List<PayloadCodec> decoders = new ArrayList<>(codecs);
        decoders.addFirst(compression);
        decoders.addLast(encryption);
        return new PayloadCodecs(List.copyOf(encoders), List.copyOf(decoders.reversed()), memo, false,
                !codecs.isEmpty());
    }

    /** The same chain for people: what it cannot decode it shows as it is stored. */
    public PayloadCodecs lenient() {
        return new PayloadCodecs(this.encoders, this.decoders, this.memo, true, this.verified);
    }

    /** Whether anything is encoded at all. */
    public boolean isActive() {
        return !this.encoders.isEmpty();
    }

    /**
     * What is stored for a value: the very same where there is nothing to do.
     * @throws PayloadException when a codec fails, or does not give back what it was
     * given
     */
    public Json encode(Json plain) {
        if (this.encoders.isEmpty()) {
            return escaped(plain);
        }
        byte[] bytes = plain.text().getBytes(StandardCharsets.UTF_8);
        Payload payload = new Payload(Map.of(Payload.ENCODING, Payload.PLAIN), bytes);
        Payload encoded = payload;
        for (PayloadCodec codec : this.encoders) {
            encoded = encode(codec, encoded);
        }
        if (encoded.metadata().equals(payload.metadata()) && Arrays.equals(encoded.data(), bytes)) {
            return escaped(plain);
        }
        Json stored = EncodedJson.write(encoded);
        if (this.verified && !decode(stored).equals(plain)) {
            throw new PayloadException("The codecs " + names(this.encoders)
                    + " do not give back what they were given: nothing was written", null);
        }
        return stored;
    }

    private static Payload encode(PayloadCodec codec, Payload payload) {
        try {
            return codec.encode(payload);
        }
        catch (PayloadException ex) {
            throw ex;
        }
        catch (RuntimeException ex) {
            throw new PayloadException(
                    "The codec " + codec.getClass().getName() + " cannot encode a value: " + ex.getMessage(), ex);
        }
    }

    private static Json escaped(Json plain) {
        if (EncodedJson.read(plain.text()) == null) {
            return plain;
        }
        return EncodedJson
            .write(new Payload(Map.of(Payload.ENCODING, ESCAPED), plain.text().getBytes(StandardCharsets.UTF_8)));
    }

    /** As {@link #encode}, for a value of a memo, which is encoded only if asked. */
    public Json encodeMemo(Json plain) {
        return this.memo ? encode(plain) : escaped(plain);
    }

    /**
     * The value of what is stored: the very same where it is not encoded.
     * @throws UnreadablePayloadException when it cannot be decoded; never by a
     * {@link #lenient} chain
     */
    public Json decode(Json stored) {
        Payload payload = EncodedJson.read(stored.text());
        if (payload == null) {
            return stored;
        }
        try {
            return plain(payload);
        }
        catch (UnreadablePayloadException ex) {
            if (this.lenient) {
                return stored;
            }
            throw new UnreadablePayloadException("A stored value cannot be read: " + ex.getMessage(), ex.getCause());
        }
    }

    private Json plain(Payload stored) {
        Payload payload = stored;
        for (int i = 0; i < MAX_ROUNDS && !payload.encoding().equals(ESCAPED); i++) {
            Payload before = payload;
            for (PayloadCodec codec : this.decoders) {
                payload = decode(codec, payload);
            }
            if (payload.encoding().equals(Payload.PLAIN)) {
                break;
            }
            if (payload.encoding().equals(before.encoding())) {
                throw new UnreadablePayloadException("no codec here decodes the encoding '" + payload.encoding() + "'",
                        null);
            }
        }
        return new Json(new String(payload.data(), StandardCharsets.UTF_8));
    }

    private static Payload decode(PayloadCodec codec, Payload payload) {
        try {
            return codec.decode(payload);
        }
        catch (UnreadablePayloadException ex) {
            throw ex;
        }
        catch (RuntimeException ex) {
            throw new UnreadablePayloadException("the codec " + codec.getClass().getName()
                    + " cannot decode the encoding '" + payload.encoding() + "': " + ex.getMessage(), ex);
        }
    }

    private static List<String> names(List<PayloadCodec> codecs) {
        return codecs.stream().map((codec) -> codec.getClass().getName()).toList();
    }

}
