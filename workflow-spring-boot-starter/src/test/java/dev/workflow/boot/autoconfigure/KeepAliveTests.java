package dev.workflow.boot.autoconfigure;

import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class KeepAliveTests {

    private final KeepAlive keepAlive = new KeepAlive();

    @Test
    void oneThreadThatIsNoDaemonLivesFromStartToStop() throws InterruptedException {
        Set<Thread> before = threads();
        this.keepAlive.start();
        assertThat(this.keepAlive.isRunning()).isTrue();
        Set<Thread> started = threads();
        started.removeAll(before);
        assertThat(started).hasSize(1);
        Thread thread = started.iterator().next();
        assertThat(thread.isDaemon()).isFalse();
        this.keepAlive.stop();
        assertThat(this.keepAlive.isRunning()).isFalse();
        assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void stopWithoutStartDoesNothing() {
        this.keepAlive.stop();
        assertThat(this.keepAlive.isRunning()).isFalse();
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces()
            .keySet()
            .stream()
            .filter((thread) -> thread.getName().equals(KeepAlive.THREAD))
            .collect(Collectors.toSet());
    }

}
