package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import dev.workflow.ActivityOptions;
import dev.workflow.Workflows;
import dev.workflow.history.HistoryEvent;
import dev.workflow.payload.EncryptionKeys;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadCodecs;
import dev.workflow.payload.UnreadablePayloadException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Nodes with this and that key, one after the other, on the same histories. */
class EncryptionKeysIntegrationTests {

    private static final String FIRST = "MDEyMzQ1Njc4OWFiY2RlZg==";

    private static final String SECOND = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";

    private static final WorkflowRef RUN = new WorkflowRef("run", null);

    private final TestNodes nodes = new TestNodes();

    private final TestNodes.Time time = new TestNodes.Time();

    @AfterEach
    void stop() {
        this.nodes.close();
    }

    @Test
    void afterARotationARunGoesOnFromWhatTheOldKeyWrote() {
        TestNode before = node(encryption("first", FIRST, Map.of()));
        before.begin("Doubles", "run", "secret");
        await(before, "ActivityTaskCompleted");
        before.close();
        TestNode after = node(encryption("second", SECOND, Map.of("first", FIRST)));
        after.service().signal(RUN, "go", after.json("on"), null);
        assertThat(after.result("run").result()).isEqualTo(new Json("\"secretsecret/on\""));
        assertThat(stored("WorkflowExecutionStarted")).contains("\"first\"").doesNotContain("secret");
        assertThat(stored("WorkflowExecutionCompleted")).contains("\"second\"").doesNotContain("secret/");
        assertThat(after.service().history(RUN, 0, 100)).extracting((event) -> event.attributes().toString())
            .anyMatch((attributes) -> attributes.contains("[secret]"));
    }

    @Test
    void withoutItsKeyARunWaitsAndSaysWhich() {
        TestNode before = node(encryption("first", FIRST, Map.of()));
        before.begin("Doubles", "run", "secret");
        await(before, "ActivityTaskCompleted");
        before.close();
        TestNode without = node(encryption("second", SECOND, Map.of()));
        without.service().signal(RUN, "go", without.json("on"), null);
        TestNode.await(() -> problem(without).contains("key 'first', which is not here (known: [second])"));
        assertThat(storedProblem()).contains("binary/encrypted");
        List<HistoryEvent> shown = without.service().history(RUN, 0, 100);
        assertThat(shown).hasSize(3);
        assertThat(shown.getFirst().attributes().toString()).contains("binary/encrypted");
        without.close();
        TestNode again = node(encryption("second", SECOND, Map.of("first", FIRST)));
        this.time.advance(Duration.ofMinutes(10));
        assertThat(again.result("run").result()).isEqualTo(new Json("\"secretsecret/on\""));
        assertThat(again.service().describe(RUN).problem()).isNull();
    }

    @Test
    void aWrongKeyOfTheSameIdIsNamedToo() {
        TestNode before = node(encryption("default", FIRST, Map.of()));
        before.begin("Doubles", "run", "secret");
        await(before, "ActivityTaskCompleted");
        before.close();
        TestNode wrong = node(encryption("default", SECOND, Map.of()));
        wrong.service().signal(RUN, "go", wrong.json("on"), null);
        TestNode.await(() -> problem(wrong).contains("key 'default' does not decrypt it"));
    }

    @Test
    void anActivityWhoseKeyIsMissingUsesUpNoAttempt() {
        TestNode before = this.nodes.node(this.time).codecs(encryption("first", FIRST, Map.of()));
        workflow(before).start();
        before.begin("Doubles", "run", "secret");
        await(before, "ActivityTaskScheduled");
        before.close();
        TestNode without = node(PayloadCodecs.NONE);
        TestNode.await(() -> pending(without).lastFailure() != null);
        for (int i = 0; i < 5; i++) {
            this.time.advance(Duration.ofSeconds(10));
            TestNode.await(() -> waitsUntil(without).isAfter(this.time.instant()));
        }
        assertThat(pending(without).attempt()).isZero();
        assertThat(String.valueOf(pending(without).lastFailure())).contains("UnreadablePayload", "key 'first'");
        without.close();
        TestNode again = node(encryption("first", FIRST, Map.of()));
        this.time.advance(Duration.ofSeconds(10));
        await(again, "ActivityTaskCompleted");
        again.service().signal(RUN, "go", again.json("on"), null);
        assertThat(again.result("run").result()).isEqualTo(new Json("\"secretsecret/on\""));
        assertThat(TestNode.types(again.service(), "run")).doesNotContain("ActivityTaskStarted");
    }

    @Test
    void whoWaitsForAResultThatCannotBeReadIsTold() {
        TestNode before = node(encryption("first", FIRST, Map.of()));
        before.begin("Doubles", "run", "secret");
        before.service().signal(RUN, "go", before.json("on"), null);
        before.result("run");
        before.close();
        TestNode without = node(PayloadCodecs.NONE);
        assertThatExceptionOfType(UnreadablePayloadException.class).isThrownBy(() -> without.result("run"))
            .withMessageContaining("key 'first'");
        assertThat(String.valueOf(without.service().describe(RUN).result())).contains("binary/encrypted");
    }

    @Test
    void whatWasWrittenInPlainTextOrCompressedStaysReadable() {
        String text = "abc".repeat(10_000);
        TestNode plain = node(PayloadCodecs.NONE);
        plain.begin("Doubles", "run", text);
        await(plain, "ActivityTaskCompleted");
        plain.close();
        TestNode compressing = node(PayloadCodecs.of(List.of(), 1_000L, EncryptionKeys.NONE, false));
        compressing.service().signal(RUN, "go", compressing.json("on"), null);
        assertThat(compressing.result("run").result()).isEqualTo(new Json("\"" + text + text + "/on\""));
        compressing.close();
        assertThat(stored("WorkflowExecutionStarted")).contains(text);
        assertThat(stored("WorkflowExecutionCompleted")).contains("binary/zlib").hasSizeLessThan(2_000);
        TestNode after = node(PayloadCodecs.NONE);
        assertThat(after.result("run").result()).isEqualTo(new Json("\"" + text + text + "/on\""));
    }

    /** A codec must neither cost nor change anything where there is none. */
    @Test
    void withoutCodecsTheStoredFormIsPlainJson() {
        TestNode plain = node(PayloadCodecs.NONE);
        plain.begin("Doubles", "run", "x");
        plain.service().signal(RUN, "go", plain.json("on"), null);
        plain.result("run");
        assertThat(stored("WorkflowExecutionStarted")).contains("\"input\":[\"x\"]");
        assertThat(stored("ActivityTaskCompleted")).contains("\"result\":\"xx\"");
        assertThat(stored("WorkflowExecutionSignaled")).contains("\"input\":[\"on\"]");
        assertThat(this.nodes.jdbc().sql("select result from engine.workflow_execution").query(String.class).single())
            .isEqualTo("\"xx/on\"");
    }

    private TestNode node(PayloadCodecs codecs) {
        return workflow(this.nodes.node(this.time).codecs(codecs))
            .activity("Double", (arguments) -> arguments.get(0, String.class).repeat(2))
            .start();
    }

    private static TestNode workflow(TestNode node) {
        return node.workflow("Doubles", (arguments) -> {
            StringBuilder said = new StringBuilder();
            Workflows.onSignal("go", (signal) -> said.append(signal.get(0, String.class)));
            String doubled = Workflows.activity("Double", String.class, ActivityOptions.defaults(),
                    arguments.get(0, String.class));
            Workflows.await(() -> !said.isEmpty());
            return doubled + "/" + said;
        });
    }

    private static PayloadCodecs encryption(String id, String key, Map<String, String> old) {
        return PayloadCodecs.of(List.of(), null, EncryptionKeys.of(id, key, old), false);
    }

    private static void await(TestNode node, String eventType) {
        TestNode.await(() -> TestNode.types(node.service(), "run").contains(eventType));
    }

    private static String problem(TestNode node) {
        return String.valueOf(node.service().describe(RUN).problem());
    }

    private static WorkflowDetails.PendingActivityTask pending(TestNode node) {
        return node.service().describe(RUN).pendingActivities().getFirst();
    }

    private static Instant waitsUntil(TestNode node) {
        Instant next = pending(node).nextAttemptTime();
        return (next != null) ? next : Instant.MIN;
    }

    private String stored(String eventType) {
        return this.nodes.jdbc()
            .sql("select attributes from engine.workflow_event where event_type = ?")
            .param(eventType)
            .query(String.class)
            .single();
    }

    private String storedProblem() {
        return this.nodes.jdbc().sql("select problem from engine.workflow_task").query(String.class).single();
    }

}
