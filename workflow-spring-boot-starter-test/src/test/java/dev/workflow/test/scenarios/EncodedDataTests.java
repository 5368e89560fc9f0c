package dev.workflow.test.scenarios;

import java.util.HashMap;
import java.util.Map;

import dev.workflow.payload.Payload;
import dev.workflow.payload.PayloadCodec;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * All of {@link DataTests} with everything compressed, changed by codecs and encrypted.
 */
@WorkflowTest(
        classes = { DataTests.Echo.class, DataTests.Echoes.class, DataTests.Nothings.class, DataTests.AreaOf.class,
                EncodedDataTests.Second.class, EncodedDataTests.First.class },
        properties = { "workflow.payload.compression=100B",
                "workflow.payload.encryption.key=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=" })
class EncodedDataTests extends DataTests {

    @Autowired
    JdbcClient jdbc;

    @Test
    void whatIsStoredIsEncrypted() {
        everyTypeComesBackAsItWas();
        assertThat(this.jdbc.sql("""
                select attributes from workflow_event where event_type in ('WorkflowExecutionStarted', 'MarkerRecorded',
                  'ActivityTaskScheduled', 'ActivityTaskCompleted', 'WorkflowExecutionSignaled',
                  'WorkflowExecutionUpdateAccepted', 'WorkflowExecutionUpdateCompleted')""").query(String.class).list())
            .isNotEmpty()
            .allSatisfy((attributes) -> assertThat(attributes).contains("\"encoding\":\"binary/encrypted\"")
                .contains("\"encryption-key-id\":\"default\"")
                .doesNotContain("radius", "quoted"));
    }

    /** Turns the bytes round and says so. */
    private static Payload turned(Payload payload, String encoding) {
        byte[] turned = new byte[payload.data().length];
        for (int i = 0; i < turned.length; i++) {
            turned[i] = payload.data()[turned.length - 1 - i];
        }
        Map<String, String> metadata = new HashMap<>(payload.metadata());
        metadata.put(Payload.ENCODING, encoding);
        return new Payload(metadata, turned);
    }

    @Order(1)
    static class First implements PayloadCodec {

        @Override
        public Payload encode(Payload payload) {
            return turned(payload, "first/" + payload.encoding());
        }

        @Override
        public Payload decode(Payload payload) {
            return payload.encoding().startsWith("first/") ? turned(payload, payload.encoding().substring(6)) : payload;
        }

    }

    /** Takes only what the first one has made. */
    @Order(2)
    static class Second implements PayloadCodec {

        @Override
        public Payload encode(Payload payload) {
            assertThat(payload.encoding()).startsWith("first/");
            return turned(payload, "second/" + payload.encoding());
        }

        @Override
        public Payload decode(Payload payload) {
            return payload.encoding().startsWith("second/") ? turned(payload, payload.encoding().substring(7))
                    : payload;
        }

    }

}
