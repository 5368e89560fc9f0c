package dev.workflow.sample.crash;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the tests ask of the nodes over HTTP. What changes something is repeated, with the
 * same ids and on a node chosen anew, until it is acknowledged: a node that dies or
 * stands still may or may not have done it.
 */
final class Rest implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final Duration ANSWER = Duration.ofSeconds(4);

    private final Supplier<List<String>> urls;

    private final JsonMapper json = JsonMapper.builder().build();

    private final HttpClient http = HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(Duration.ofSeconds(1))
        .build();

    Rest(Supplier<List<String>> urls) {
        this.urls = urls;
    }

    /** An answer. */
    record Answer(int status, String body) {

        boolean ok() {
            return this.status >= 200 && this.status < 300;
        }

    }

    /** Starts a workflow; returns when the start is acknowledged. */
    void start(String type, String workflowId, Object... arguments) {
        String body = this.json.writeValueAsString(Map.of("workflowType", type, "workflowId", workflowId, "args",
                List.of(arguments), "requestId", "start-" + workflowId));
        untilAcknowledged("/api/v1/workflows", body, List.of());
    }

    /** The same, with a fairness key. */
    void startOfKey(String key, String type, String workflowId, Object... arguments) {
        String body = this.json.writeValueAsString(Map.of("workflowType", type, "workflowId", workflowId, "args",
                List.of(arguments), "requestId", "start-" + workflowId, "fairnessKey", key));
        untilAcknowledged("/api/v1/workflows", body, List.of());
    }

    /** Places an order; one that exists already was placed by an earlier try. */
    void placeOrder(Object order) {
        untilAcknowledged("/demo/orders", this.json.writeValueAsString(order), List.of(409));
    }

    /**
     * Sends a signal; returns when it is acknowledged. A workflow that has ended counts
     * only where an earlier try may have reached it.
     */
    void signal(String workflowId, String name, String requestId, Object... arguments) {
        String body = this.json.writeValueAsString(Map.of("args", List.of(arguments), "requestId", requestId));
        untilAcknowledged("/api/v1/workflows/" + encode(workflowId) + "/signals/" + name, body, List.of(404));
    }

    /**
     * Requests a cancellation; returns when that is acknowledged. It ends the workflow,
     * so that a further try may not find it any more.
     */
    void cancel(String workflowId, String reason) {
        String body = this.json.writeValueAsString(Map.of("reason", reason));
        untilAcknowledged("/api/v1/workflows/" + encode(workflowId) + "/cancel", body, List.of(404));
    }

    private void untilAcknowledged(String path, String body, List<Integer> doneByAnEarlierTry) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        boolean mayBeDone = false;
        String last = "no node was there";
        while (System.nanoTime() < end) {
            List<String> nodes = this.urls.get();
            if (!nodes.isEmpty()) {
                try {
                    Answer answer = post(nodes.get(ThreadLocalRandom.current().nextInt(nodes.size())), path, body);
                    if (answer.ok() || (mayBeDone && doneByAnEarlierTry.contains(answer.status()))) {
                        return;
                    }
                    last = answer.toString();
                    if (answer.status() >= 400 && answer.status() < 500 && !answer.body().contains("start-blocked")) {
                        throw new AssertionError("POST " + path + " of " + body + ": " + last);
                    }
                    mayBeDone = true;
                }
                catch (IOException ex) {
                    mayBeDone = true;
                    last = ex.toString();
                }
            }
            pause();
        }
        throw new AssertionError("Never acknowledged: POST " + path + " of " + body + "; at last: " + last);
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        }
        catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    Answer post(String node, String path, String body) throws IOException {
        return send(HttpRequest.newBuilder(URI.create(node + path))
            .timeout(ANSWER)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
    }

    JsonNode get(String node, String path) throws IOException {
        Answer answer = send(HttpRequest.newBuilder(URI.create(node + path)).timeout(Duration.ofSeconds(70)).build());
        if (!answer.ok()) {
            throw new AssertionError("GET " + path + ": " + answer);
        }
        return this.json.readTree(answer.body());
    }

    JsonNode parse(String text) {
        return this.json.readTree(text);
    }

    private Answer send(HttpRequest request) throws IOException {
        try {
            HttpResponse<String> response = this.http.send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(ex);
        }
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        this.http.shutdownNow();
    }

}
