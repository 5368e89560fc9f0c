package dev.workflow.payload;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A whole payload as bytes, which is what a codec puts inside of the payload that it
 * makes: the number of metadata entries, these, the data.
 */
final class PayloadBytes {

    private PayloadBytes() {
    }

    static byte[] of(Payload payload) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(payload.data().length + 64);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeShort(payload.metadata().size());
            for (Map.Entry<String, String> entry : new TreeMap<>(payload.metadata()).entrySet()) {
                out.writeUTF(entry.getKey());
                out.writeUTF(entry.getValue());
            }
            out.write(payload.data());
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        return bytes.toByteArray();
    }

    static Payload read(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int size = in.readUnsignedShort();
            Map<String, String> metadata = new LinkedHashMap<>();
            for (int i = 0; i < size; i++) {
                String name = in.readUTF();
                metadata.put(name, in.readUTF());
            }
            return new Payload(metadata, in.readAllBytes());
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

}
