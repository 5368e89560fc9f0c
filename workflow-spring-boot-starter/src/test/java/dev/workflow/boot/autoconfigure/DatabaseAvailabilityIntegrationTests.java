package dev.workflow.boot.autoconfigure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.CompletableFuture;

import dev.workflow.boot.TestPostgres;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/** Starts against a database that is late, absent, wrong or none. */
@ExtendWith(OutputCaptureExtension.class)
class DatabaseAvailabilityIntegrationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(AutoConfigurations
        .of(DataSourceAutoConfiguration.class, HibernateJpaAutoConfiguration.class, TransactionAutoConfiguration.class,
                WorkflowDatabaseAutoConfiguration.class, WorkflowPersistenceAutoConfiguration.class));

    @Test
    void waitsForADatabaseThatIsLateAndSaysSo(CapturedOutput output) throws IOException {
        String url = TestPostgres.newDatabase();
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        CompletableFuture<Forwarder> late = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            while (!output.getOut().contains("Waiting for the database")) {
                Thread.onSpinWait();
            }
            late.complete(Forwarder.start(port, URI.create(url.substring(5)).getPort()));
        });
        this.runner
            .withPropertyValues("spring.datasource.url=" + url.replaceFirst(":\\d+/", ":" + port + "/"),
                    "spring.datasource.username=postgres", "spring.datasource.password=postgres")
            .run((context) -> {
                assertThat(context).hasNotFailed();
                assertThat(output).contains("Waiting for the database at jdbc:postgresql://localhost:" + port)
                    .contains(" s of 60 s)");
            });
        late.join().close();
    }

    @Test
    void givesUpAfterTheStartupTimeout() {
        this.runner
            .withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost:1/none?password=secret",
                    "workflow.startup-timeout=1s")
            .run((context) -> assertThat(startupFailure(context.getStartupFailure()))
                .hasMessageStartingWith(
                        "The database at jdbc:postgresql://localhost:1/none was not available within 1 s")
                .hasMessageNotContaining("secret"));
    }

    @Test
    void failsAtOnceWhenWaitingDoesNotHelp() {
        this.runner
            .withPropertyValues(
                    "spring.datasource.url=" + TestPostgres.newDatabase().replaceFirst("/test\\d+", "/missing"),
                    "spring.datasource.username=postgres", "spring.datasource.password=postgres")
            .run((context) -> assertThat(startupFailure(context.getStartupFailure()))
                .hasMessageContaining("database \"missing\" does not exist"));
    }

    @Test
    void missingDataSourceFailsWithASentence() {
        this.runner.run((context) -> {
            var analysis = new MissingDataSourceFailureAnalyzer().analyze(context.getStartupFailure());
            assertThat(analysis).isNotNull();
            assertThat(analysis.getDescription()).startsWith("The workflow engine needs a DataSource");
            assertThat(analysis.getAction()).contains("spring.datasource.url");
        });
        new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(WorkflowDatabaseAutoConfiguration.class))
            .run((context) -> {
                var analysis = new WorkflowStartupFailureAnalyzer().analyze(context.getStartupFailure());
                assertThat(analysis).isNotNull();
                assertThat(analysis.getDescription())
                    .isEqualTo("The workflow engine needs a DataSource, and the application has none.");
            });
    }

    private static WorkflowStartupException startupFailure(Throwable failure) {
        Throwable cause = failure;
        while (!(cause instanceof WorkflowStartupException)) {
            cause = cause.getCause();
        }
        return (WorkflowStartupException) cause;
    }

    /** Passes connections on to another port. */
    private record Forwarder(ServerSocket socket) {

        static Forwarder start(int from, int to) {
            try {
                Forwarder forwarder = new Forwarder(new ServerSocket(from, 50, InetAddress.getByName("localhost")));
                Thread.ofVirtual().start(() -> forwarder.accept(to));
                return forwarder;
            }
            catch (IOException ex) {
                throw new IllegalStateException(ex);
            }
        }

        private void accept(int to) {
            try {
                while (true) {
                    Socket in = this.socket.accept();
                    Socket out = new Socket("localhost", to);
                    Thread.ofVirtual().start(() -> copy(in, out));
                    Thread.ofVirtual().start(() -> copy(out, in));
                }
            }
            catch (IOException ex) {
                // Closed: the test is over.
            }
        }

        private static void copy(Socket from, Socket to) {
            try (from; to) {
                from.getInputStream().transferTo(to.getOutputStream());
            }
            catch (IOException ex) {
                // One of the two hung up.
            }
        }

        void close() {
            try {
                this.socket.close();
            }
            catch (IOException ex) {
                throw new IllegalStateException(ex);
            }
        }

    }

}
