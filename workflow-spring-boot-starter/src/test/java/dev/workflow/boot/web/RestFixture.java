package dev.workflow.boot.web;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

import javax.sql.DataSource;

import dev.workflow.batch.Batches;
import dev.workflow.engine.NodeDirectory;
import dev.workflow.interceptor.ContextPropagation;
import dev.workflow.payload.JacksonPayloadConverter;
import dev.workflow.payload.PayloadCodecs;
import dev.workflow.visibility.WorkflowLists;

import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.http.MediaType;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.mock.web.MockServletContext;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.web.context.support.GenericWebApplicationContext;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;

/**
 * The REST resources on fakes, in a web application that may have settings and
 * controllers of its own.
 */
final class RestFixture implements AutoCloseable {

    static final int MAX_PAYLOAD = 1_000;

    final FakeWorkflowService service = new FakeWorkflowService();

    final WorkflowRest rest;

    final MockMvcTester mvc;

    private final GenericWebApplicationContext context = new GenericWebApplicationContext(new MockServletContext());

    RestFixture() {
        this(new RestSettings("/api/v1", false, MAX_PAYLOAD), PlainHost.class);
    }

    RestFixture(RestSettings settings, Class<?> host) {
        this.rest = new WorkflowRest(settings, this.service, new FakeTypes(), new JacksonPayloadConverter(),
                new WorkflowLists(new UnreachableDatabase(), null), batches(new UnreachableDatabase()),
                new FakeDirectory());
        new AnnotatedBeanDefinitionReader(this.context).register(host);
        this.context.registerBean(WorkflowRest.class, () -> this.rest);
        this.context.registerBean("resources", WorkflowHandlerMapping.class, this.rest::resources);
        this.context.registerBean("unknownPaths", WorkflowHandlerMapping.class, this.rest::unknownPaths);
        this.context.refresh();
        this.mvc = MockMvcTester.from(this.context);
    }

    static Batches batches(DataSource database) {
        return new Batches(new Batches.Database(database, null, PayloadCodecs.NONE), new WorkflowLists(database, null),
                InstantSource.system(), ContextPropagation.NONE, () -> "node");
    }

    MvcTestResult get(String uri, Object... variables) {
        return this.mvc.get().uri("/api/v1" + uri, variables).exchange();
    }

    MvcTestResult post(String uri, String body) {
        return this.mvc.post().uri("/api/v1" + uri).contentType(MediaType.APPLICATION_JSON).content(body).exchange();
    }

    MvcTestResult put(String uri, String body) {
        return this.mvc.put().uri("/api/v1" + uri).contentType(MediaType.APPLICATION_JSON).content(body).exchange();
    }

    GenericWebApplicationContext context() {
        return this.context;
    }

    @Override
    public void close() {
        this.context.close();
    }

    /** An application without settings of its own. */
    @EnableWebMvc
    static class PlainHost {

    }

    /** One node and one queue. */
    static final class FakeDirectory implements NodeDirectory {

        @Override
        public List<NodeStatus> nodes() {
            return List.of(new NodeStatus(7, "node-a", List.of("orders"), List.of("OrderWorkflow"), List.of(), "LIVE",
                    200, 3, 12, Instant.EPOCH, Instant.EPOCH.plusSeconds(5), true));
        }

        @Override
        public List<TaskQueueStatus> taskQueues() {
            return List
                .of(new TaskQueueStatus("orders", 4, 2, Instant.EPOCH, Duration.ofSeconds(5), List.of("node-a")));
        }

    }

    /** Lists are refused before, or fail here. */
    private static final class UnreachableDatabase extends AbstractDataSource {

        @Override
        public Connection getConnection() throws SQLException {
            throw new SQLNonTransientConnectionException("Connection to db.internal:5432 refused", "08001");
        }

        @Override
        public Connection getConnection(String username, String password) throws SQLException {
            return getConnection();
        }

    }

}
