package dev.workflow.payload;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class PayloadCodecsTests {

    private static final String KEY = key(32);

    private static final Json VALUE = new Json("[\"secret Grüße \\u0000\",1.50]");

    @Test
    void withoutCodecsTheValueIsStoredAsItIs() {
        assertThat(PayloadCodecs.NONE.encode(VALUE)).isSameAs(VALUE);
        assertThat(PayloadCodecs.NONE.encodeMemo(VALUE)).isSameAs(VALUE);
        assertThat(PayloadCodecs.NONE.decode(VALUE)).isSameAs(VALUE);
        assertThat(PayloadCodecs.NONE.isActive()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = { 16, 24, 32 })
    void whatIsEncryptedCanBeReadWithItsKey(int bytes) {
        PayloadCodecs codecs = encryption("k1", key(bytes), Map.of());
        Json stored = codecs.encode(VALUE);
        assertThat(stored.text()).doesNotContain("secret")
            .matches("\\{\"metadata\":\\{.*},\"data\":\"[A-Za-z0-9+/=]+\"}")
            .contains("\"encoding\":\"binary/encrypted\"")
            .contains("\"encryption-key-id\":\"k1\"");
        assertThat(codecs.decode(stored)).isEqualTo(VALUE);
    }

    @Test
    void eachPayloadHasItsOwnNonce() {
        PayloadCodecs codecs = encryption("k1", KEY, Map.of());
        Set<String> stored = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            stored.add(data(codecs.encode(VALUE)).substring(0, 16));
        }
        assertThat(stored).hasSize(1_000);
    }

    @Test
    void afterARotationTheOldKeyStillReads() {
        Json before = encryption("k1", KEY, Map.of()).encode(VALUE);
        PayloadCodecs rotated = encryption("k2", key(16), Map.of("k1", KEY));
        assertThat(rotated.decode(before)).isEqualTo(VALUE);
        assertThat(rotated.encode(VALUE).text()).contains("\"k2\"").doesNotContain("\"k1\"");
        PayloadCodecs ended = encryption("k3", null, Map.of("k1", KEY));
        assertThat(ended.decode(before)).isEqualTo(VALUE);
        assertThat(ended.encode(VALUE)).isSameAs(VALUE);
    }

    @Test
    void aMissingKeyIsNamed() {
        Json stored = encryption("k1", KEY, Map.of()).encode(VALUE);
        PayloadCodecs others = encryption("k2", key(32), Map.of("k0", key(32)));
        assertThatExceptionOfType(UnreadablePayloadException.class).isThrownBy(() -> others.decode(stored))
            .withMessageContaining("key 'k1', which is not here (known: [k0, k2])")
            .withMessageContaining("workflow.payload.encryption.old-keys.k1");
        assertThatExceptionOfType(UnreadablePayloadException.class).isThrownBy(() -> PayloadCodecs.NONE.decode(stored))
            .withMessageContaining("'k1'");
        assertThat(others.lenient().decode(stored)).isSameAs(stored);
    }

    @Test
    void aWrongKeyOfTheSameIdIsNamed() {
        Json stored = encryption("k1", KEY, Map.of()).encode(VALUE);
        PayloadCodecs other = encryption("k1", key(32), Map.of());
        assertThatExceptionOfType(UnreadablePayloadException.class).isThrownBy(() -> other.decode(stored))
            .withMessageContaining("key 'k1' does not decrypt it");
    }

    @Test
    void aPayloadThatWasChangedOrRelabelledIsRefused() {
        PayloadCodecs codecs = encryption("k1", KEY, Map.of("k2", KEY));
        Json stored = codecs.encode(VALUE);
        assertThatExceptionOfType(UnreadablePayloadException.class)
            .isThrownBy(() -> codecs.decode(new Json(stored.text().replace("\"k1\"", "\"k2\""))));
        Payload payload = payload(stored);
        for (int i = 0; i < payload.data().length; i++) {
            byte[] changed = payload.data().clone();
            changed[i] ^= 1;
            Json forged = EncodedJson.write(new Payload(payload.metadata(), changed));
            assertThatExceptionOfType(UnreadablePayloadException.class).isThrownBy(() -> codecs.decode(forged));
        }
        for (int length : new int[] { 0, 5, 12, 20 }) {
            byte[] cut = java.util.Arrays.copyOf(payload.data(), length);
            Json forged = EncodedJson.write(new Payload(payload.metadata(), cut));
            assertThatExceptionOfType(UnreadablePayloadException.class).isThrownBy(() -> codecs.decode(forged))
                .withMessageContaining("'k1'");
        }
    }

    @Test
    void keysOfAWrongKindAreRefusedWithoutBeingShown() {
        for (String key : List.of(key(15), key(33), "c2VjcmV0", "no base64 !", "")) {
            assertThatExceptionOfType(InvalidEncryptionKeyException.class)
                .isThrownBy(() -> EncryptionKeys.of("k1", key, Map.of()))
                .withMessageContaining("'k1'")
                .satisfies((ex) -> assertThat(key.isEmpty() || !ex.toString().contains(key)).isTrue());
        }
        assertThatExceptionOfType(InvalidEncryptionKeyException.class)
            .isThrownBy(() -> EncryptionKeys.of("k1", KEY, Map.of("old", key(20))))
            .withMessage("The encryption key 'old' has 160 bits; AES takes 128, 192 or 256 (16, 24 or 32 bytes, as "
                    + "base64)");
        assertThatExceptionOfType(InvalidEncryptionKeyException.class)
            .isThrownBy(() -> EncryptionKeys.of("k1", KEY, Map.of("k1", key(32))))
            .withMessageContaining("two different keys");
        assertThat(EncryptionKeys.of("k1", KEY, Map.of("k0", key(16))).toString()).doesNotContain(KEY).contains("k0");
    }

    @Test
    void whatIsLargerThanTheThresholdIsCompressed() {
        PayloadCodecs codecs = PayloadCodecs.of(List.of(), 1_000L, EncryptionKeys.NONE, false);
        Json small = new Json("\"" + "a".repeat(998) + "\"");
        Json large = new Json("\"" + "a".repeat(999) + "\"");
        assertThat(codecs.encode(small)).isSameAs(small);
        Json stored = codecs.encode(large);
        assertThat(stored.text()).hasSizeLessThan(200).contains("\"encoding\":\"binary/zlib\"");
        assertThat(codecs.decode(stored)).isEqualTo(large);
        assertThat(PayloadCodecs.NONE.decode(stored)).as("switched off later").isEqualTo(large);
    }

    @Test
    void whatDoesNotGetSmallerStaysAsItIs() {
        PayloadCodecs codecs = PayloadCodecs.of(List.of(), 0L, EncryptionKeys.NONE, false);
        byte[] noise = new byte[3_000];
        new SecureRandom().nextBytes(noise);
        Json value = new Json("\"" + Base64.getEncoder().encodeToString(noise) + "\"");
        assertThat(codecs.encode(value)).isSameAs(value);
    }

    @Test
    void compressionComesBeforeEncryption() {
        PayloadCodecs codecs = PayloadCodecs.of(List.of(), 100L, EncryptionKeys.of("k1", KEY, Map.of()), false);
        Json value = new Json("\"" + "a".repeat(100_000) + "\"");
        Json stored = codecs.encode(value);
        assertThat(stored.text()).hasSizeLessThan(1_000).contains("binary/encrypted").doesNotContain("zlib");
        assertThat(codecs.decode(stored)).isEqualTo(value);
    }

    @Test
    void codecsOfTheApplicationEncodeInTheirOrderAndDecodeInReverse() {
        PayloadCodecs codecs = PayloadCodecs.of(List.of(new Suffix("a"), new Suffix("b")), null, EncryptionKeys.NONE,
                false);
        Json stored = codecs.encode(VALUE);
        assertThat(payload(stored).encoding()).isEqualTo("test/b");
        assertThat(new String(payload(stored).data(), StandardCharsets.UTF_8)).endsWith("ab");
        assertThat(codecs.decode(stored)).isEqualTo(VALUE);
    }

    @Test
    void aCodecThatIsGoneIsNamedByItsEncoding() {
        Json stored = PayloadCodecs.of(List.of(new Suffix("a")), null, EncryptionKeys.NONE, false).encode(VALUE);
        assertThatExceptionOfType(UnreadablePayloadException.class).isThrownBy(() -> PayloadCodecs.NONE.decode(stored))
            .withMessageContaining("no codec here decodes the encoding 'test/a'");
    }

    @Test
    void aCodecThatLosesSomethingIsFoundBeforeAnythingIsWritten() {
        PayloadCodec lossy = new PayloadCodec() {

            @Override
            public Payload encode(Payload payload) {
                return new Payload(Map.of(Payload.ENCODING, "test/lossy"), new byte[] { 1 });
            }

            @Override
            public Payload decode(Payload payload) {
                return new Payload(Map.of(Payload.ENCODING, Payload.PLAIN), new byte[] { '1' });
            }

        };
        PayloadCodecs codecs = PayloadCodecs.of(List.of(lossy), null, EncryptionKeys.NONE, false);
        assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> codecs.encode(VALUE))
            .withMessageContaining("do not give back what they were given");
    }

    @Test
    void whatACodecThrowsIsNamed() {
        PayloadCodec broken = new PayloadCodec() {

            @Override
            public Payload encode(Payload payload) {
                throw new IllegalStateException("the vault is closed");
            }

            @Override
            public Payload decode(Payload payload) {
                throw new IllegalStateException("the vault is closed");
            }

        };
        PayloadCodecs codecs = PayloadCodecs.of(List.of(broken), null, EncryptionKeys.NONE, false);
        assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> codecs.encode(VALUE))
            .withMessageContaining(broken.getClass().getName())
            .withMessageContaining("the vault is closed");
        Json stored = encryption("k1", KEY, Map.of()).encode(VALUE);
        assertThatExceptionOfType(UnreadablePayloadException.class).isThrownBy(() -> codecs.decode(stored))
            .withMessageContaining("k1");
    }

    @Test
    void aCodecWithoutAnEncodingOfItsOwnWorks() {
        PayloadCodec flip = new PayloadCodec() {

            @Override
            public Payload encode(Payload payload) {
                return flip(payload);
            }

            @Override
            public Payload decode(Payload payload) {
                return flip(payload);
            }

            private static Payload flip(Payload payload) {
                byte[] bytes = payload.data().clone();
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] ^= 0x55;
                }
                return new Payload(payload.metadata(), bytes);
            }

        };
        PayloadCodecs codecs = PayloadCodecs.of(List.of(flip), null, EncryptionKeys.NONE, false);
        Json stored = codecs.encode(VALUE);
        assertThat(stored.text()).doesNotContain("secret");
        assertThat(codecs.decode(stored)).isEqualTo(VALUE);
        assertThat(codecs.decode(VALUE)).as("from before the codec").isSameAs(VALUE);
    }

    /** A caller must not have anything decoded that the engine did not encode. */
    @Test
    void aValueThatLooksEncodedComesBackAsItWas() {
        PayloadCodecs encrypting = encryption("k1", KEY, Map.of());
        Json stored = encrypting.encode(VALUE);
        for (Json value : List.of(stored, new Json(" { \"data\" : \"AAAA\" , \"metadata\":{\"encoding\":\"x\"} } "),
                new Json("{\"metadata\":{\"encoding\":\"json/plain\"},\"data\":\"WzFd\"}"),
                new Json("{\"metadata\":{\"encoding\":\"json/escaped\"},\"data\":\"WzFd\"}"))) {
            for (PayloadCodecs codecs : List.of(PayloadCodecs.NONE, encrypting,
                    PayloadCodecs.of(List.of(new Suffix("a")), 10L, EncryptionKeys.NONE, true))) {
                assertThat(codecs.decode(codecs.encode(value))).isEqualTo(value);
                assertThat(codecs.decode(codecs.encodeMemo(value))).isEqualTo(value);
            }
            assertThat(encrypting.decode(PayloadCodecs.NONE.encode(value))).isEqualTo(value);
        }
    }

    @Test
    void whatOnlyResemblesAnEncodedPayloadIsNone() {
        for (String text : List.of("{\"metadata\":{\"encoding\":\"x\"}}", "{\"data\":\"AAAA\"}",
                "{\"metadata\":{},\"data\":\"AAAA\"}", "{\"metadata\":{\"encoding\":1},\"data\":\"AAAA\"}",
                "{\"metadata\":{\"encoding\":\"x\"},\"data\":\"AAAA\",\"more\":1}",
                "{\"metadata\":{\"encoding\":\"x\"},\"data\":\"no base64!\"}", "{\"metadata\":[],\"data\":\"AAAA\"}",
                "{\"data\":{}", "{", "", "  ")) {
            assertThat(EncodedJson.read(text)).as(text).isNull();
            assertThat(PayloadCodecs.NONE.encode(new Json(text)).text()).isEqualTo(text);
        }
    }

    @Test
    void memosAreEncodedOnlyIfAsked() {
        EncryptionKeys keys = EncryptionKeys.of("k1", KEY, Map.of());
        assertThat(PayloadCodecs.of(List.of(), null, keys, false).encodeMemo(VALUE)).isSameAs(VALUE);
        Json stored = PayloadCodecs.of(List.of(), null, keys, true).encodeMemo(VALUE);
        assertThat(stored.text()).contains("binary/encrypted");
        assertThat(PayloadCodecs.of(List.of(), null, keys, false).decode(stored)).isEqualTo(VALUE);
    }

    private static PayloadCodecs encryption(String id, String key, Map<String, String> old) {
        return PayloadCodecs.of(List.of(), null, EncryptionKeys.of(id, key, old), false);
    }

    private static String key(int bytes) {
        byte[] key = new byte[bytes];
        new SecureRandom().nextBytes(key);
        return Base64.getEncoder().encodeToString(key);
    }

    private static String data(Json stored) {
        return Base64.getEncoder().encodeToString(payload(stored).data());
    }

    private static Payload payload(Json stored) {
        return java.util.Objects.requireNonNull(EncodedJson.read(stored.text()));
    }

    /** Puts a text behind the data, and says so. */
    private record Suffix(String text) implements PayloadCodec {

        @Override
        public Payload encode(Payload payload) {
            Map<String, String> metadata = new HashMap<>(payload.metadata());
            metadata.put("before-" + this.text, payload.encoding());
            metadata.put(Payload.ENCODING, "test/" + this.text);
            String data = new String(payload.data(), StandardCharsets.UTF_8) + this.text;
            return new Payload(metadata, data.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public Payload decode(Payload payload) {
            if (!payload.encoding().equals("test/" + this.text)) {
                return payload;
            }
            Map<String, String> metadata = new HashMap<>(payload.metadata());
            metadata.put(Payload.ENCODING, String.valueOf(metadata.remove("before-" + this.text)));
            String data = new String(payload.data(), StandardCharsets.UTF_8);
            return new Payload(metadata, data.substring(0, data.length() - 1).getBytes(StandardCharsets.UTF_8));
        }

    }

}
