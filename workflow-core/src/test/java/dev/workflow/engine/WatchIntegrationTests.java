package dev.workflow.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.workflow.Workflows;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** What is looked for beside the heart, and said in the log. */
class WatchIntegrationTests {

    private static final Duration DEADLOCK = Duration.ofSeconds(1);

    private final Logger log = (Logger) LoggerFactory.getLogger(TurnWatch.class);

    private final Reports reports = new Reports();

    private final AtomicBoolean enough = new AtomicBoolean();

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final TestNode node = this.nodes.node().settings((settings) -> settings.deadlock(DEADLOCK));

    @BeforeEach
    void listen() {
        this.reports.start();
        this.log.addAppender(this.reports);
    }

    @AfterEach
    void end() {
        this.enough.set(true);
        this.reports.taken.countDown();
        this.log.detachAppender(this.reports);
    }

    private void hog() {
        while (!this.enough.get()) {
            Thread.onSpinWait();
        }
    }

    /** That one run was not reported shows when one that began after it was. */
    @Test
    void codeThatWaitsForAProcessorKeepsNothingAndIsNotReported() throws InterruptedException {
        this.reports.taken.countDown();
        int carriers = Runtime.getRuntime().availableProcessors();
        CompletableFuture<Thread> code = new CompletableFuture<>();
        AtomicInteger hogs = new AtomicInteger();
        this.node.workflow("Waits", (arguments) -> {
            code.complete(Thread.currentThread());
            LockSupport.park();
            return "done";
        }).workflow("Hogs", (arguments) -> {
            Workflows.sleep(Duration.ofMillis(1));
            hogs.incrementAndGet();
            hog();
            return "done";
        }).start();
        Thread starter = Thread.ofPlatform().start(() -> this.node.begin("Waits", "waits"));
        Thread parked = code.join();
        TestNode.await(() -> parked.getState() == Thread.State.WAITING);
        this.node.begin("Hogs", "hogs");
        TestNode.await(() -> hogs.get() == 1);
        // As many as get a carrier, and some that wait for one as the code does.
        for (int i = 0; i < 3 * carriers; i++) {
            Thread.ofVirtual().start(() -> {
                hogs.incrementAndGet();
                hog();
            });
        }
        TestNode.await(() -> hogs.get() >= carriers);
        LockSupport.unpark(parked);
        TestNode.await(() -> problem("hogs") != null);
        assertThat(this.reports.messages).anyMatch((message) -> message.contains("Workflow hogs (Hogs"))
            .noneMatch((message) -> message.contains("Workflow waits (Waits"));
        this.enough.set(true);
        starter.join();
        assertThat(this.node.result("waits").result()).isEqualTo(new Json("\"done\""));
    }

    private @Nullable String problem(String workflowId) {
        return this.node.service().describe(new WorkflowRef(workflowId, null)).problem();
    }

    @Test
    void aLogThatNobodyTakesStopsNeitherTheHeartNorTheLimitsOfWaits() {
        this.node.workflow("Hogs", (arguments) -> {
            Workflows.sleep(Duration.ofMillis(1));
            hog();
            return "done";
        }).start();
        this.node.begin("Hogs", "hogs");
        TestNode.await(() -> this.reports.said.getCount() == 0);
        long before = beats();
        TestNode.await(() -> beats() > before + 2);
        WorkflowRef hogs = new WorkflowRef("hogs", null);
        assertThat(this.node.service().result(hogs, true, Duration.ofSeconds(2))).as("its end").isNull();
        assertThat(this.reports.taken.getCount()).as("the log is stuck").isOne();
        this.enough.set(true);
        this.reports.taken.countDown();
        assertThat(this.node.result("hogs").result()).isEqualTo(new Json("\"done\""));
    }

    private long beats() {
        return this.nodes.count("select counter from engine.workflow_node where id = ?", this.node.engine().nodeId());
    }

    /** A log that takes nothing until it is allowed to. */
    private static final class Reports extends AppenderBase<ILoggingEvent> {

        private final List<String> messages = new CopyOnWriteArrayList<>();

        private final CountDownLatch said = new CountDownLatch(1);

        private final CountDownLatch taken = new CountDownLatch(1);

        @Override
        protected void append(ILoggingEvent event) {
            this.messages.add(event.getFormattedMessage());
            this.said.countDown();
            try {
                this.taken.await();
            }
            catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
        }

    }

}
