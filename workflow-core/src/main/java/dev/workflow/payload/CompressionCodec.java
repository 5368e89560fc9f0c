package dev.workflow.payload;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * Zlib for what is larger than a threshold, unless that makes it no smaller. What was
 * compressed is read whatever the threshold is now.
 */
final class CompressionCodec implements PayloadCodec {

    static final String ENCODING = "binary/zlib";

    private final long threshold;

    /**
     * A codec.
     * @param threshold the size in bytes above which payloads are compressed
     */
    CompressionCodec(long threshold) {
        this.threshold = threshold;
    }

    @Override
    public Payload encode(Payload payload) {
        if (payload.data().length <= this.threshold) {
            return payload;
        }
        byte[] compressed = deflate(PayloadBytes.of(payload));
        // It is stored as base64, which takes four characters for three bytes.
        boolean smaller = compressed.length / 3L * 4 < payload.data().length;
        return smaller ? new Payload(Map.of(Payload.ENCODING, ENCODING), compressed) : payload;
    }

    private static byte[] deflate(byte[] bytes) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        try (ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length / 2)) {
            try (DeflaterOutputStream stream = new DeflaterOutputStream(out, deflater, 8_192)) {
                stream.write(bytes);
            }
            return out.toByteArray();
        }
        catch (IOException ex) {
            throw new PayloadException("cannot compress: " + ex.getMessage(), ex);
        }
        finally {
            deflater.end();
        }
    }

    @Override
    public Payload decode(Payload payload) {
        if (!payload.encoding().equals(ENCODING)) {
            return payload;
        }
        try (InflaterInputStream stream = new InflaterInputStream(new ByteArrayInputStream(payload.data()))) {
            return PayloadBytes.read(stream.readAllBytes());
        }
        catch (IOException | RuntimeException ex) {
            throw new UnreadablePayloadException("it is compressed but damaged: " + ex.getMessage(), ex);
        }
    }

}
