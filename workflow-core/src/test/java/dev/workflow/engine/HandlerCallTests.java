package dev.workflow.engine;

import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadCodecs;

import static org.assertj.core.api.Assertions.assertThat;

class HandlerCallTests {

    private final EngineJson json = new EngineJson(PayloadCodecs.NONE);

    @Test
    void aCallWithoutAHeaderIsStoredAsItsInput() {
        HandlerCall call = new HandlerCall("approve", new Json("[1,\"x\"]"), Map.of());
        assertThat(this.json.writeCall(call)).isEqualTo("[1,\"x\"]");
        assertThat(this.json.readCall("approve", "[1,\"x\"]")).isEqualTo(call);
    }

    @Test
    void aCallWithAHeaderIsReadAsItWasWritten() {
        HandlerCall call = new HandlerCall("approve", new Json("[{\"input\":[\"~header\"]}]"),
                Map.of("a\"b", "c}\n", "~header", "{}"));
        assertThat(this.json.readCall("approve", this.json.writeCall(call))).isEqualTo(call);
    }

}
