package dev.workflow.boot.web;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.workflow.client.WorkflowStatus;
import dev.workflow.engine.UpdateOutcome;
import dev.workflow.engine.WorkflowOutcome;
import dev.workflow.history.TimerFired;
import dev.workflow.history.WorkflowExecutionCompleted;
import dev.workflow.payload.JacksonPayloadConverter;
import dev.workflow.payload.Json;
import dev.workflow.visibility.WorkflowLists;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.filter.ShallowEtagHeaderFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What only a real web server shows: bodies that are too large, streams, waiting,
 * stopping and security filters.
 */
@Timeout(60)
class WebServerTests {

    private static final String COMPLETED = "\"status\":\"COMPLETED\"";

    private final HttpClient http = HttpClient.newHttpClient();

    private final FakeWorkflowService service = new FakeWorkflowService();

    private ConfigurableApplicationContext application;

    @AfterEach
    void stop() {
        if (this.application != null) {
            this.application.close();
        }
    }

    @Test
    void bodyOfFiveMebibytesIsRefusedAndTheConnectionGoesOn() throws Exception {
        run(Application.class);
        String body = "{\"workflowType\":\"AnythingWorkflow\",\"args\":[\"" + "x".repeat(5 * 1024 * 1024) + "\"]}";
        HttpRequest.BodyPublisher chunked = HttpRequest.BodyPublishers
            .fromPublisher(HttpRequest.BodyPublishers.ofString(body));
        for (HttpRequest.BodyPublisher publisher : new HttpRequest.BodyPublisher[] {
                HttpRequest.BodyPublishers.ofString(body), chunked, HttpRequest.BodyPublishers.ofString(body) }) {
            HttpResponse<String> response = send(
                    request("localhost", "/workflows").header("Content-Type", "application/json").POST(publisher));
            assertThat(response.statusCode()).isEqualTo(413);
            assertThat(response.body()).contains("urn:workflow:problem:payload-too-large");
        }
        assertThat(send(request("localhost", "/nodes")).statusCode()).isEqualTo(200);
    }

    @Test
    void parameterThatIsNoUtf8IsRefused() throws Exception {
        run(Application.class);
        for (String path : new String[] { "/workflows?query=%ff", "/workflows/order-1/result?wait=%zz",
                "/workflows/order-1/history?pageToken=%c3" }) {
            assertThat(raw("GET /api/v1" + path)).startsWith("HTTP/1.1 400")
                .contains("urn:workflow:problem:invalid-request", "UTF-8");
        }
    }

    @Test
    void bodyOfFiveMebibytesIsRefusedWhereTheClientAsksFirst() throws Exception {
        run(Application.class);
        HttpResponse<String> response = send(
                request("localhost", "/workflows").header("Content-Type", "application/json")
                    .expectContinue(true)
                    .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[5 * 1024 * 1024])));
        assertThat(response.statusCode()).isEqualTo(413);
    }

    @Test
    void historyIsFollowedLive() throws Exception {
        run(Application.class);
        HttpResponse<InputStream> response = this.http.send(
                request("localhost", "/workflows/order-1/history").header("Accept", "text/event-stream").build(),
                HttpResponse.BodyHandlers.ofInputStream());
        assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream;charset=UTF-8");
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            String id = "id: " + FakeWorkflowService.RUN_ID + ".";
            assertThat(lines.lines().anyMatch((id + 1)::equals)).isTrue();
            this.service.histories.get("order-1")
                .add(new WorkflowExecutionCompleted(2, Instant.EPOCH, Json.NULL, null));
            assertThat(lines.lines().toList()).contains(id + 2, "event: end");
        }
    }

    @Test
    void clientThatGoesAwayGivesItsStreamBack() throws Exception {
        run(Application.class);
        HistoryStreams streams = this.application.getBean(WorkflowRest.class).streams();
        int before = streams.available();
        try (Socket socket = new Socket("localhost", port())) {
            socket.getOutputStream()
                .write(("GET /api/v1/workflows/order-1/history HTTP/1.1\r\nHost: localhost\r\n"
                        + "Accept: text/event-stream\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            assertThat(streams.available()).isEqualTo(before - 1);
        }
        for (long id = 2; streams.available() < before; id++) {
            this.service.histories.get("order-1").add(new TimerFired(id, Instant.EPOCH, 1));
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @Test
    void resultIsWaitedForWithoutThread() throws Exception {
        run(Application.class, "server.tomcat.threads.max=2", "server.tomcat.threads.min-spare=1");
        CompletableFuture<?>[] waiting = new CompletableFuture<?>[20];
        for (int i = 0; i < waiting.length; i++) {
            waiting[i] = this.http
                .sendAsync(request("localhost", "/workflows/order-1/result?wait=30s").build(),
                        HttpResponse.BodyHandlers.ofString())
                .thenAccept((response) -> assertThat(response.body()).contains(COMPLETED));
        }
        assertThat(send(request("localhost", "/nodes")).statusCode()).isEqualTo(200);
        complete();
        CompletableFuture.allOf(waiting).get(20, TimeUnit.SECONDS);
    }

    @Test
    void filterThatBuffersAnswersDoesNotLoseThem() throws Exception {
        run(BufferingApplication.class);
        CompletableFuture<HttpResponse<String>> waiting = this.http.sendAsync(
                request("localhost", "/workflows/order-1/result?wait=30s").build(),
                HttpResponse.BodyHandlers.ofString());
        complete();
        assertThat(waiting.get(20, TimeUnit.SECONDS).body()).contains(COMPLETED);
    }

    @Test
    void streamsAndWaitingRequestsDoNotHoldUpTheEnd() throws Exception {
        run(Application.class, "server.shutdown=graceful", "spring.lifecycle.timeout-per-shutdown-phase=20s");
        CompletableFuture<HttpResponse<String>> waiting = this.http.sendAsync(
                request("localhost", "/workflows/order-1/result?wait=60s").build(),
                HttpResponse.BodyHandlers.ofString());
        HttpResponse<InputStream> stream = this.http.send(
                request("localhost", "/workflows/order-1/history").header("Accept", "text/event-stream").build(),
                HttpResponse.BodyHandlers.ofInputStream());
        assertThat(stream.body().read()).isPositive();
        this.service.completion = new CompletableFuture<>();
        CompletableFuture<HttpResponse<String>> accepted = update("a");
        awaitCall("outcome");
        this.service.acceptance = new CompletableFuture<>();
        CompletableFuture<HttpResponse<String>> sent = update("b");
        awaitCall("update change[] b");
        awaitCall("resultAsync");
        long began = System.nanoTime();
        this.application.close();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
        assertThat(waiting.get(1, TimeUnit.SECONDS).statusCode()).isEqualTo(202);
        assertThat(accepted.get(1, TimeUnit.SECONDS).statusCode()).isEqualTo(202);
        assertThat(sent.get(1, TimeUnit.SECONDS)).satisfies((answer) -> {
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("engine-stopped", "\"updateId\":\"b\"");
        });
    }

    @Test
    void locationIsUnderThePathOfTheServlet() throws Exception {
        run(Application.class, "server.servlet.context-path=/shop", "spring.mvc.servlet.path=/mvc");
        HttpResponse<String> started = this.http
            .send(HttpRequest.newBuilder(URI.create("http://localhost:" + port() + "/shop/mvc/api/v1/workflows"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"workflowType\":\"OrderWorkflow\",\"args\":[\"x\",1]}"))
                .build(), HttpResponse.BodyHandlers.ofString());
        assertThat(started.statusCode()).isEqualTo(201);
        assertThat(started.headers().firstValue("Location"))
            .hasValueSatisfying((location) -> assertThat(location).startsWith("/shop/mvc/api/v1/workflows/"));
    }

    @Test
    void anonymousFromAnotherAddressIsRefused() throws Exception {
        run(Application.class, "server.address=0.0.0.0");
        String address = otherAddress();
        assertThat(send(request(address, "/nodes")).statusCode()).isEqualTo(403);
        assertThat(
                send(request(address, "/workflows/order-1/history").header("Accept", "text/event-stream")).statusCode())
            .isEqualTo(403);
        assertThat(send(request("localhost", "/nodes")).statusCode()).isEqualTo(200);
    }

    @Test
    void forwardedAddressIsNotBelieved() throws Exception {
        for (String strategy : new String[] { "native", "framework" }) {
            run(Application.class, "server.address=0.0.0.0", "server.forward-headers-strategy=" + strategy);
            assertThat(send(request(otherAddress(), "/nodes").header("X-Forwarded-For", "127.0.0.1")).statusCode())
                .isEqualTo(403);
            assertThat(send(request("localhost", "/nodes").header("X-Forwarded-For", "127.0.0.1")).statusCode())
                .isEqualTo(403);
            this.application.close();
        }
    }

    @Test
    void rulesOfSpringSecurityDecideWhoMayDoWhat() throws Exception {
        run(SecuredApplication.class, "server.address=0.0.0.0");
        String address = otherAddress();
        assertThat(send(request(address, "/nodes")).statusCode()).isEqualTo(401);
        assertThat(send(request(address, "/nodes").header("Authorization", basic("viewer"))).statusCode())
            .isEqualTo(200);
        assertThat(send(cancel(address, "viewer")).statusCode()).isEqualTo(403);
        assertThat(send(cancel(address, "operator")).statusCode()).isEqualTo(202);
    }

    @Test
    void authenticatedRequestsWaitAndUpdate() throws Exception {
        run(SecuredApplication.class, "server.address=0.0.0.0");
        complete();
        this.service.updated = new UpdateOutcome("u-1", FakeWorkflowService.RUN_ID, UpdateOutcome.Stage.COMPLETED,
                new Json("7"), null);
        String address = otherAddress();
        assertThat(send(request(address, "/workflows/order-1/result?wait=5s").header("Authorization", basic("viewer")))
            .body()).contains(COMPLETED);
        assertThat(send(
                request(address, "/workflows/order-1/updates/changeAddress").header("Authorization", basic("operator"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"args\":[\"x\"]}")))
            .body()).contains("\"result\":7");
    }

    private void complete() {
        this.service.outcome.complete(new WorkflowOutcome("order-1", FakeWorkflowService.RUN_ID, "OrderWorkflow",
                WorkflowStatus.COMPLETED, Json.NULL, null, null));
    }

    private void run(Class<?> application, String... properties) {
        this.application = new SpringApplicationBuilder(application)
            .initializers((context) -> ((GenericApplicationContext) context).registerBean(FakeWorkflowService.class,
                    () -> this.service))
            .properties("server.port=0", "spring.main.banner-mode=off", "server.address=127.0.0.1")
            .properties(properties)
            .run();
    }

    private int port() {
        return this.application.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    private HttpRequest.Builder request(String host, String path) {
        return HttpRequest.newBuilder(URI.create("http://" + host + ":" + port() + "/api/v1" + path))
            .timeout(Duration.ofSeconds(30));
    }

    private CompletableFuture<HttpResponse<String>> update(String id) {
        return this.http.sendAsync(
                request("localhost", "/workflows/order-1/updates/change").header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"wait\":\"60s\",\"updateId\":\"" + id + "\"}"))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private void awaitCall(String beginning) {
        while (this.service.calls.stream().noneMatch((call) -> call.startsWith(beginning))) {
            Thread.onSpinWait();
        }
    }

    private HttpRequest.Builder cancel(String host, String user) {
        return request(host, "/workflows/order-1/cancel").header("Authorization", basic(user))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{}"));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return this.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String basic(String user) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.US_ASCII));
    }

    /** As it is given: what a client of HTTP would encode or refuse. */
    private String raw(String request) throws IOException {
        try (Socket socket = new Socket("localhost", port())) {
            socket.getOutputStream()
                .write((request + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String otherAddress() throws IOException {
        Optional<InetAddress> other = NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter((address) -> !address.isLoopbackAddress() && address.getAddress().length == 4)
            .findFirst();
        Assumptions.assumeTrue(other.isPresent(), "this machine has no address but loopback");
        return other.get().getHostAddress();
    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    @ImportAutoConfiguration({ TomcatServletWebServerAutoConfiguration.class, DispatcherServletAutoConfiguration.class,
            WebMvcAutoConfiguration.class })
    static class Application {

        @Bean
        WorkflowRest workflowRest(FakeWorkflowService service) {
            return new WorkflowRest(new RestSettings("/api/v1", false, 2 * 1024 * 1024), service, new FakeTypes(),
                    new JacksonPayloadConverter(), new WorkflowLists(new DriverManagerDataSource(), null),
                    RestFixture.batches(new DriverManagerDataSource()), new RestFixture.FakeDirectory());
        }

        @Bean
        WorkflowHandlerMapping resources(WorkflowRest rest) {
            return rest.resources();
        }

        @Bean
        WorkflowHandlerMapping unknownPaths(WorkflowRest rest) {
            return rest.unknownPaths();
        }

    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    static class BufferingApplication extends Application {

        @Bean
        ShallowEtagHeaderFilter etags() {
            return new ShallowEtagHeaderFilter();
        }

    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    @ImportAutoConfiguration({ SecurityAutoConfiguration.class, ServletWebSecurityAutoConfiguration.class,
            SecurityFilterAutoConfiguration.class, UserDetailsServiceAutoConfiguration.class })
    static class SecuredApplication extends Application {

        @Bean
        SecurityFilterChain rules(HttpSecurity http) throws Exception {
            return http
                .authorizeHttpRequests((requests) -> requests.requestMatchers(WorkflowRequest.toReads())
                    .hasAnyRole("WORKFLOW_VIEWER", "WORKFLOW_OPERATOR")
                    .requestMatchers(WorkflowRequest.toAnyEndpoint())
                    .hasRole("WORKFLOW_OPERATOR")
                    .anyRequest()
                    .denyAll())
                .httpBasic(Customizer.withDefaults())
                .csrf((csrf) -> csrf.ignoringRequestMatchers(WorkflowRequest.toAnyEndpoint()))
                .build();
        }

        @Bean
        UserDetailsService users() {
            return new InMemoryUserDetailsManager(
                    User.withUsername("viewer").password("{noop}secret").roles("WORKFLOW_VIEWER").build(),
                    User.withUsername("operator").password("{noop}secret").roles("WORKFLOW_OPERATOR").build());
        }

    }

}
