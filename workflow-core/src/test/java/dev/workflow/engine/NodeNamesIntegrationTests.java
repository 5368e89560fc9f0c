package dev.workflow.engine;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import dev.workflow.payload.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Nodes that have a name: what comes back under it, and who gives way to whom. */
class NodeNamesIntegrationTests {

    private final TestNodes nodes = new TestNodes();

    @AfterEach
    void stop() {
        this.nodes.close();
    }

    @Test
    void nodeWhoseNewRegistrationWasNotAnsweredDoesNotGiveWayToItself() {
        AtomicInteger registrations = new AtomicInteger();
        TestNode node = named(this.nodes.node());
        node.faults = FaultyStore.with((method, arguments, call) -> {
            Object result = call.call();
            if (method.getName().equals("register") && registrations.incrementAndGet() == 2) {
                throw FaultyStore.connectionLost();
            }
            return result;
        });
        node.start();
        this.nodes.jdbc().sql("update engine.workflow_node set state = 'DEAD'").update();
        TestNode.await(() -> registrations.get() == 3);
        assertWorks(node, "after all");
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_node") == 1);
    }

    @Test
    void olderOfTwoGivesWayAndWorksAgainWhenTheNewerHasStopped() {
        TestNode older = named(this.nodes.node()).start();
        TestNode newer = named(this.nodes.node()).start();
        TestNode.await(() -> older.engine().gauges().isSuperseded());
        assertWorks(newer, "first");
        assertThat(older.engine().isWorking()).isFalse();
        newer.close();
        TestNode.await(() -> !older.engine().gauges().isSuperseded());
        assertWorks(older, "second");
    }

    @Test
    void olderOfTwoWorksAgainWhenTheNewerHasDied() {
        TestNode older = named(this.nodes.node()).start();
        AtomicBoolean dead = new AtomicBoolean();
        TestNode newer = named(this.nodes.node());
        newer.faults = FaultyStore.with((method, arguments, call) -> {
            if (dead.get()) {
                throw FaultyStore.connectionLost();
            }
            return call.call();
        });
        newer.start();
        TestNode.await(() -> older.engine().gauges().isSuperseded());
        dead.set(true);
        TestNode.await(() -> !older.engine().gauges().isSuperseded());
        assertWorks(older, "taken back");
        dead.set(false);
        TestNode.await(() -> newer.engine().gauges().isSuperseded());
        assertWorks(older, "kept");
    }

    private static TestNode named(TestNode node) {
        return node.settings((s) -> s.name("one")).workflow("Echo", (arguments) -> arguments.get(0, String.class));
    }

    private static void assertWorks(TestNode node, String id) {
        node.begin("Echo", id, "said");
        assertThat(node.result(id).result()).isEqualTo(new Json("\"said\""));
    }

}
