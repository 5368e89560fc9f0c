package dev.workflow.boot.autoconfigure;

import java.util.List;
import java.util.Map;

import dev.workflow.boot.WorkflowProperties;
import dev.workflow.payload.EncryptionKeys;
import dev.workflow.payload.Json;
import dev.workflow.payload.Payload;
import dev.workflow.payload.PayloadCodec;
import dev.workflow.payload.PayloadCodecs;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;

class PayloadCodecsConfigurationTests {

    private static final String KEY = "MDEyMzQ1Njc4OWFiY2RlZg==";

    private static final Json VALUE = new Json("\"" + "secret".repeat(1_000) + "\"");

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withUserConfiguration(PayloadCodecsConfiguration.class, Properties.class);

    @Test
    void encodesNothingByDefault() {
        this.runner.run((context) -> {
            assertThat(context.getBean(PayloadCodecs.class).isActive()).isFalse();
            assertThat(context.getBean(PayloadCodecs.class).encode(VALUE)).isSameAs(VALUE);
        });
    }

    @Test
    void compressesAboveTheSizeThatIsSet() {
        this.runner.withPropertyValues("workflow.payload.compression=4KB").run((context) -> {
            PayloadCodecs codecs = context.getBean(PayloadCodecs.class);
            assertThat(codecs.encode(VALUE).text()).hasSizeLessThan(500).contains("binary/zlib");
            assertThat(codecs.encode(new Json("\"small\"")).text()).isEqualTo("\"small\"");
            assertThat(codecs.encodeMemo(VALUE)).isSameAs(VALUE);
        });
        this.runner.withPropertyValues("workflow.payload.compression=")
            .run((context) -> assertThat(context.getBean(PayloadCodecs.class).isActive()).isFalse());
    }

    @Test
    void encryptsWithTheKeyAndReadsWithTheOldOnes() {
        Json old = PayloadCodecs.of(List.of(), null, EncryptionKeys.of("2025", KEY, Map.of()), false).encode(VALUE);
        this.runner
            .withPropertyValues("workflow.payload.encryption.key=ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=",
                    "workflow.payload.encryption.key-id=2026", "workflow.payload.encryption.old-keys.2025=" + KEY,
                    "workflow.payload.encode-memo=true")
            .run((context) -> {
                PayloadCodecs codecs = context.getBean(PayloadCodecs.class);
                assertThat(codecs.encode(VALUE).text()).contains("\"2026\"").doesNotContain("secret");
                assertThat(codecs.encodeMemo(VALUE).text()).contains("binary/encrypted");
                assertThat(codecs.decode(old)).isEqualTo(VALUE);
                assertThat(context.getBean(WorkflowProperties.class).toString()).contains("keyId=2026, oldKeys=[2025]")
                    .doesNotContain(KEY, "ZmVkY2JhOTg3");
            });
    }

    @Test
    void aKeyOfAWrongLengthStopsTheStartWithASentence() {
        this.runner
            .withPropertyValues("workflow.payload.encryption.key=c2VjcmV0", "workflow.payload.encryption.key-id=mine")
            .run((context) -> {
                FailureAnalysis analysis = new InvalidEncryptionKeyFailureAnalyzer()
                    .analyze(context.getStartupFailure());
                assertThat(analysis.getDescription()).isEqualTo("The encryption key 'mine' has 48 bits; AES takes 128, "
                        + "192 or 256 (16, 24 or 32 bytes, as base64).");
                assertThat(analysis.getAction()).contains("workflow.payload.encryption.key", "openssl rand -base64 32");
                assertThat(analysis.toString() + context.getStartupFailure()).doesNotContain("c2VjcmV0");
            });
    }

    @Test
    void codecsOfTheApplicationComeInTheirOrderBetweenCompressionAndEncryption() {
        this.runner.withUserConfiguration(Codecs.class)
            .withPropertyValues("workflow.payload.compression=1KB", "workflow.payload.encryption.key=" + KEY)
            .run((context) -> {
                PayloadCodecs codecs = context.getBean(PayloadCodecs.class);
                Json stored = codecs.encode(VALUE);
                assertThat(context.getBean(Codecs.class).met).startsWith("first met binary/zlib", "second met first");
                assertThat(stored.text()).contains("binary/encrypted");
                assertThat(codecs.decode(stored)).isEqualTo(VALUE);
            });
    }

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(WorkflowProperties.class)
    static class Properties {

    }

    @Configuration(proxyBeanMethods = false)
    static class Codecs {

        private final List<String> met = new java.util.concurrent.CopyOnWriteArrayList<>();

        @Bean
        @Order(2)
        PayloadCodec second() {
            return named("second");
        }

        @Bean
        @Order(1)
        PayloadCodec first() {
            return named("first");
        }

        private PayloadCodec named(String name) {
            return new PayloadCodec() {

                @Override
                public Payload encode(Payload payload) {
                    Codecs.this.met.add(name + " met " + payload.encoding());
                    return new Payload(Map.of(Payload.ENCODING, name, "inner", payload.encoding()), payload.data());
                }

                @Override
                public Payload decode(Payload payload) {
                    return payload.encoding().equals(name)
                            ? new Payload(inner(payload.metadata().get("inner")), payload.data()) : payload;
                }

                private Map<String, String> inner(String encoding) {
                    return encoding.equals("first") ? Map.of(Payload.ENCODING, "first", "inner", "binary/zlib")
                            : Map.of(Payload.ENCODING, encoding);
                }

            };
        }

    }

}
