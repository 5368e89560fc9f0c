package dev.workflow.boot.web;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockServletContext;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.context.support.GenericWebApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/** Which requests the matchers for security rules name. */
class WorkflowRequestTests {

    private final RestFixture fixture = new RestFixture(new RestSettings("/engine", false, 1_000),
            RestFixture.PlainHost.class);

    private final MockServletContext servletContext = new MockServletContext();

    @BeforeEach
    void publish() {
        publish(this.fixture.context());
    }

    @AfterEach
    void close() {
        this.fixture.close();
    }

    @Test
    void readsAreWhatChangesNothing() {
        RequestMatcher reads = WorkflowRequest.toReads();
        assertThat(matches(reads, "GET", "/engine/workflows")).isTrue();
        assertThat(matches(reads, "GET", "/engine/workflows/order-1/history")).isTrue();
        assertThat(matches(reads, "HEAD", "/engine/nodes")).isTrue();
        assertThat(matches(reads, "POST", "/engine/workflows/order-1/queries/status")).isTrue();
        assertThat(matches(reads, "POST", "/engine/workflows")).isFalse();
        assertThat(matches(reads, "POST", "/engine/workflows/order-1/signals/approve")).isFalse();
        assertThat(matches(reads, "GET", "/other")).isFalse();
    }

    @Test
    void writesAreWhatChangesSomething() {
        RequestMatcher writes = WorkflowRequest.toWrites();
        assertThat(matches(writes, "POST", "/engine/workflows")).isTrue();
        assertThat(matches(writes, "POST", "/engine/activities/t/complete")).isTrue();
        assertThat(matches(writes, "POST", "/engine/workflows/order-1/queries/status")).isFalse();
        assertThat(matches(writes, "GET", "/engine/workflows")).isFalse();
    }

    @Test
    void anyEndpointIsAllThatIsServed() {
        RequestMatcher any = WorkflowRequest.toAnyEndpoint();
        assertThat(matches(any, "GET", "/engine/workflows")).isTrue();
        assertThat(matches(any, "DELETE", "/engine/workflows/a%2Fb/history")).isTrue();
        assertThat(matches(any, "GET", "/engine/workflows/order-1/whatever")).isFalse();
        assertThat(matches(any, "GET", "/engine/workflows;x=1/order-1")).isTrue();
        assertThat(matches(any, "GET", "/engine/customers")).isFalse();
        assertThat(matches(any, "GET", "/workflows")).isFalse();
    }

    @Test
    void nothingMatchesWhereTheResourcesAreSwitchedOff() {
        try (GenericWebApplicationContext without = new GenericWebApplicationContext(this.servletContext)) {
            without.refresh();
            publish(without);
            assertThat(matches(WorkflowRequest.toAnyEndpoint(), "GET", "/engine/workflows")).isFalse();
        }
    }

    private void publish(WebApplicationContext context) {
        this.servletContext.setAttribute(WebApplicationContext.ROOT_WEB_APPLICATION_CONTEXT_ATTRIBUTE, context);
    }

    private boolean matches(RequestMatcher matcher, String method, String path) {
        return matcher.matches(new MockHttpServletRequest(this.servletContext, method, path));
    }

}
