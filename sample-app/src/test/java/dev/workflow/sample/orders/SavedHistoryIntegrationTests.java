package dev.workflow.sample.orders;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

import dev.workflow.client.WorkflowClient;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.failure.NonDeterminismException;
import dev.workflow.history.EventCodec;
import dev.workflow.payload.PayloadException;
import dev.workflow.test.Replayer;
import dev.workflow.test.WorkflowClock;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** A history that is fetched as a file, as anybody would, and replayed by a test. */
@WorkflowTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "sample.orders.carrier-failure-rate=0")
class SavedHistoryIntegrationTests {

    private final WorkflowClient client;

    private final WorkflowClock clock;

    private final Replayer replayer;

    private final OrderProperties properties;

    @LocalServerPort
    private int port;

    SavedHistoryIntegrationTests(WorkflowClient client, WorkflowClock clock, Replayer replayer,
            OrderProperties properties) {
        this.properties = properties;
        this.client = client;
        this.clock = clock;
        this.replayer = replayer;
    }

    private WorkflowHandle<?, ?> order() {
        Order order = new Order(UUID.randomUUID().toString(), "ada", 250_000, List.of(new Order.Item("tea", 2)),
                "1 Analytical Row");
        WorkflowHandle<?, ?> handle = this.client.start(OrderWorkflow.class, (w) -> w.fulfil(order),
                WorkflowOptions.withId(order.orderId()));
        this.clock.awaitIdle();
        return handle;
    }

    private HttpResponse<String> download(WorkflowHandle<?, ?> handle) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest
                        .newBuilder(URI.create("http://127.0.0.1:" + this.port + "/api/v1/workflows/"
                                + handle.workflowId() + "/history?download=true"))
                        .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void historyThatWasDownloadedIsReplayed() throws Exception {
        WorkflowHandle<?, ?> handle = order();
        HttpResponse<String> open = download(handle);
        assertThat(open.statusCode()).isEqualTo(200);
        assertThat(open.headers().firstValue("Content-Disposition"))
            .hasValueSatisfying((disposition) -> assertThat(disposition).startsWith("attachment; filename=\"history-"));
        this.replayer.replay(open.body());
        this.client.workflow(handle.workflowId()).signal("approve", "grace");
        handle.result(Duration.ofSeconds(30));
        String closed = download(handle).body();
        assertThat(EventCodec.fromDocument(closed)).isEqualTo(handle.history());
        this.replayer.replay(closed);
        Replayer.of(List.of(OrderWorkflow.class), this.properties).replay(closed);
    }

    @Test
    void historyOfOtherCodeIsNoticed() throws Exception {
        String document = download(order()).body();
        String other = document.replaceFirst("\"activityType\":\"[^\"]*\"", "\"activityType\":\"Stock.other\"");
        assertThatExceptionOfType(NonDeterminismException.class).isThrownBy(() -> this.replayer.replay(other))
            .withMessageContaining("Stock.other");
    }

    @Test
    void fileThatIsNotWholeIsNoHistory() throws Exception {
        String document = download(order()).body();
        assertThatExceptionOfType(PayloadException.class)
            .isThrownBy(() -> this.replayer.replay(document.substring(0, document.length() / 2)));
    }

}
