package dev.workflow.boot.web;

import java.net.URI;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;

import com.jayway.jsonpath.JsonPath;
import dev.workflow.engine.EngineStoppedException;
import dev.workflow.engine.NoWorkerException;
import dev.workflow.engine.NotDurableException;
import dev.workflow.engine.StoreException;
import jakarta.persistence.PersistenceException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What every resource has in common: the door, the paths, the methods and what goes
 * wrong.
 */
@ExtendWith(OutputCaptureExtension.class)
class RestDispatcherTests {

    private final RestFixture fixture = new RestFixture();

    @AfterEach
    void close() {
        this.fixture.close();
    }

    @ParameterizedTest
    @ValueSource(strings = { "/workflows", "/workflows/count", "/workflows/order-1", "/workflows/order-1/history",
            "/workflows/order-1/result?wait=5s", "/nodes", "/task-queues", "/task-queues/orders" })
    void anonymousFromElsewhereReadsNothing(String path) {
        for (MediaType accept : List.of(MediaType.APPLICATION_JSON, MediaType.TEXT_EVENT_STREAM)) {
            ProblemAssert.assertThat(this.fixture.mvc.get()
                .uri("/api/v1" + path)
                .accept(accept)
                .with((request) -> from("10.0.0.5", request))
                .exchange(), 403, "access-denied");
        }
        assertThat(this.fixture.service.calls).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = { "/workflows", "/workflows/order-1/signals/approve", "/workflows/order-1/queries/status",
            "/workflows/order-1/updates/changeAddress", "/workflows/order-1/cancel", "/workflows/order-1/terminate",
            "/activities/t/complete", "/activities/t/fail", "/activities/t/heartbeat" })
    void nothingIsPostedByStrangersForeignPagesOrForms(String path) {
        ProblemAssert.assertThat(this.fixture.mvc.post()
            .uri("/api/v1" + path)
            .contentType(MediaType.APPLICATION_JSON)
            .content("{}")
            .with((request) -> from("10.0.0.5", request))
            .exchange(), 403, "access-denied");
        ProblemAssert.assertThat(this.fixture.mvc.post()
            .uri("/api/v1" + path)
            .header("Origin", "https://evil.example.com")
            .contentType(MediaType.APPLICATION_JSON)
            .content("{}")
            .exchange(), 403, "foreign-origin");
        ProblemAssert.assertThat(this.fixture.mvc.post()
            .uri("/api/v1" + path)
            .contentType(MediaType.APPLICATION_FORM_URLENCODED)
            .exchange(), 415, "unsupported-media-type");
        ProblemAssert.assertThat(this.fixture.mvc.post().uri("/api/v1" + path).content("{}").exchange(), 415,
                "unsupported-media-type");
        assertThat(this.fixture.service.calls).isEmpty();
        assertThat(this.fixture.service.starts).isEmpty();
    }

    @Test
    void whoSendsNothingNeedsNoContentType() {
        assertThat(this.fixture.mvc.post().uri("/api/v1/workflows/order-1/cancel").exchange())
            .hasStatus(HttpStatus.ACCEPTED);
        assertThat(this.fixture.service.calls).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = { "/nope", "/workflows/order-1/nope", "/workflows/order-1/signals", "/nodes/1", "/", "",
            "/activities" })
    void unknownPathIsNotFound(String path) {
        ProblemAssert.assertThat(this.fixture.get(path), 404, "unknown-resource");
    }

    @Test
    void wrongMethodIsRefusedAndTheRightOnesNamed() {
        MvcTestResult result = this.fixture.mvc.delete().uri("/api/v1/workflows").exchange();
        ProblemAssert.assertThat(result, 405, "method-not-allowed");
        assertThat(result).hasHeader("Allow", "GET, HEAD, POST");
        result = this.fixture.get("/workflows/order-1/cancel");
        ProblemAssert.assertThat(result, 405, "method-not-allowed").contains("POST");
        assertThat(result).hasHeader("Allow", "POST");
    }

    @Test
    void headIsAnsweredAsGet() {
        assertThat(this.fixture.mvc.head().uri("/api/v1/nodes").exchange()).hasStatusOk();
    }

    @Test
    void unknownWorkflowIsNotFound() {
        MvcTestResult result = this.fixture.mvc.get().uri(URI.create("/api/v1/workflows/a%2Fb%20%C3%BC")).exchange();
        ProblemAssert.assertThat(result, 404, "unknown-workflow").contains("a/b ü");
        assertThat(result).bodyJson().extractingPath("$.workflowId").isEqualTo("a/b ü");
        ProblemAssert.assertThat(this.fixture.get("/workflows/none/history"), 404, "unknown-workflow");
        ProblemAssert.assertThat(this.fixture.get("/workflows/none/result?wait=1s"), 404, "unknown-workflow");
        ProblemAssert.assertThat(this.fixture.post("/workflows/none/signals/approve", "{\"args\":[\"x\"]}"), 404,
                "unknown-workflow");
    }

    @Test
    void idThatIsTooLongIsRefused() {
        ProblemAssert.assertThat(this.fixture.get("/workflows/{id}", "i".repeat(2_000)), 400, "invalid-request")
            .contains("1000");
    }

    @Test
    void nulInAnIdIsRefused() {
        ProblemAssert.assertThat(this.fixture.get("/workflows/{id}", "a\u0000b"), 400, "invalid-request")
            .contains("NUL");
        ProblemAssert.assertThat(this.fixture.mvc.post()
            .uri("/api/v1/workflows/order-1/signals/{name}", "a\u0000")
            .contentType(MediaType.APPLICATION_JSON)
            .exchange(), 400, "invalid-request");
    }

    @Test
    void unexpectedFailureIsToldByAnIdOnly(CapturedOutput output) throws Exception {
        this.fixture.service.failure = new IllegalStateException("secret detail");
        MvcTestResult result = this.fixture.get("/workflows/order-1");
        ProblemAssert.assertThat(result, 500, "internal-error").doesNotContain("secret detail");
        String id = JsonPath.read(result.getResponse().getContentAsString(), "$.errorId");
        assertThat(output).contains(id).contains("secret detail");
    }

    @Test
    void missingWorkerIsUnavailable() {
        this.fixture.service.failure = new NoWorkerException("No node answered in time");
        MvcTestResult result = this.fixture.post("/workflows/order-1/queries/status", "{}");
        ProblemAssert.assertThat(result, 503, "no-worker");
        assertThat(result).hasHeader("Retry-After", "1");
    }

    @Test
    void databaseThatIsDownIsUnavailable() {
        this.fixture.service.failure = new StoreException(StoreException.Kind.TRANSIENT, "connection refused",
                new IllegalStateException());
        ProblemAssert.assertThat(this.fixture.get("/workflows/order-1"), 503, "database-unavailable")
            .doesNotContain("refused");
        ProblemAssert.assertThat(this.fixture.get("/workflows"), 503, "database-unavailable")
            .doesNotContain("db.internal");
    }

    @Test
    void whatIsNotDurableInTimeIsSaidToBeRepeatable() {
        this.fixture.service.failure = new NotDurableException(Duration.ofSeconds(30));
        ProblemAssert.assertThat(this.fixture.get("/workflows/order-1"), 503, "database-unavailable")
            .contains("not known", "request id");
    }

    @Test
    void databaseThatIsDownIsUnavailableWhoeverSaysSo() {
        for (SQLException cause : List.of(
                new SQLTransientConnectionException("Connection is not available, request timed out"),
                new SQLException("terminating connection", "57P01"))) {
            this.fixture.service.failure = new PersistenceException("JDBC exception", cause);
            ProblemAssert.assertThat(this.fixture.get("/workflows/order-1"), 503, "database-unavailable");
        }
        this.fixture.service.failure = new PersistenceException("JDBC exception", new SQLException("a bug", "42P01"));
        ProblemAssert.assertThat(this.fixture.get("/workflows/order-1"), 500, "internal-error");
    }

    @Test
    void stoppedEngineIsUnavailable() {
        this.fixture.service.failure = new EngineStoppedException("The engine has stopped");
        ProblemAssert.assertThat(this.fixture.get("/workflows/order-1"), 503, "engine-stopped");
    }

    @ParameterizedTest
    @ValueSource(strings = { "WorkflowType = 'x'; DROP TABLE workflow_execution", "1=1 OR pg_sleep(10) IS NULL",
            "WorkflowType = 'a' UNION SELECT 1", "Status = ", "'" })
    void listQueryThatIsNoneIsRefused(String query) {
        ProblemAssert.assertThat(this.fixture.mvc.get().uri("/api/v1/workflows").param("query", query).exchange(), 400,
                "invalid-list-query");
        ProblemAssert.assertThat(this.fixture.mvc.get().uri("/api/v1/workflows/count").param("query", query).exchange(),
                400, "invalid-list-query");
    }

    @ParameterizedTest
    @ValueSource(strings = { "(", "NOT (", "Priority = 1 AND (" })
    void listQueryThatIsNestedThousandsDeepIsRefused(String repeated) {
        String query = repeated.repeat(9_999 / repeated.length());
        ProblemAssert
            .assertThat(this.fixture.mvc.get().uri("/api/v1/workflows").param("query", query).exchange(), 400,
                    "invalid-list-query")
            .contains("Parentheses are nested at most 50 deep");
    }

    @ParameterizedTest
    @ValueSource(strings = { "pageSize=0", "pageSize=x", "pageSize=100000", "pageSize=99999999999999999999" })
    void pageSizeThatIsNoneIsRefused(String parameter) {
        ProblemAssert.assertThat(this.fixture.get("/workflows?" + parameter), 400, "invalid-request")
            .contains("pageSize");
    }

    private static MockHttpServletRequest from(String address, MockHttpServletRequest request) {
        request.setRemoteAddr(address);
        return request;
    }

}
