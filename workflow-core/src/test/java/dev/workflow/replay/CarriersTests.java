package dev.workflow.replay;

import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class CarriersTests {

    @ParameterizedTest
    @CsvSource({ "21, true", "21.0.9, true", "22, true", "23.0.2, true", "24, false", "25.0.1, false" })
    void synchronizedKeepsThemUpToJava23(String version, boolean kept) {
        assertThat(Carriers.areKeptBySynchronized(Runtime.Version.parse(version))).isEqualTo(kept);
    }

    @ParameterizedTest
    @ValueSource(strings = { "VirtualThread[#21]/waiting", "VirtualThread[#22,main]/timed_waiting",
            "VirtualThread[#22,main]/runnable", "VirtualThread[#22,main]/runnable@ForkJoinPool-1-worker-2",
            "VirtualThread[#22,a]/waiting@b]/waiting", "VirtualThread[#22,main]/terminated",
            "VirtualThread[#22,main]/blocked@ForkJoinPool-1-worker-2" })
    void aThreadThatDoesNotWaitOrLeftItsCarrierKeepsNone(String thread) {
        assertThat(Carriers.keptBy(thread)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = { "VirtualThread[#21]/waiting@ForkJoinPool-1-worker-2",
            "VirtualThread[#22,signal x]/timed_waiting@ForkJoinPool-1-worker-2",
            "VirtualThread[#22,a]/runnable]/waiting@ForkJoinPool-1-worker-2" })
    void aThreadThatWaitsOnItsCarrierKeepsIt(String thread) {
        assertThat(Carriers.keptBy(thread)).isEqualTo("ForkJoinPool-1-worker-2");
    }

    @ParameterizedTest
    @CsvSource({ "VirtualThread[#21]/runnable, true, false",
            "'VirtualThread[#22,a]/runnable@ForkJoinPool-1-worker-2', false, true",
            "'VirtualThread[#22,a]/waiting', false, false", "'VirtualThread[#22,a]/blocked', false, false",
            "'VirtualThread[#22,a]/waiting@ForkJoinPool-1-worker-2', false, true" })
    void onlyAThreadThatCouldGoOnAwaitsOne(String thread, boolean awaits, boolean keeps) {
        assertThat(Carriers.isAwaitedBy(thread)).isEqualTo(awaits);
        assertThat(Carriers.of(thread) != null).isEqualTo(keeps);
    }

    @Test
    void aThreadThatIsParkedSaysSo() throws InterruptedException {
        Thread thread = Thread.ofVirtual().name("parked").start(LockSupport::park);
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(Carriers.keptBy(thread.toString())).isNull();
        LockSupport.unpark(thread);
        thread.join();
    }

    @Test
    void aThreadThatIsParkedInAStaticInitializerKeepsItsCarrierOnEveryJava() throws InterruptedException {
        Thread thread = Thread.ofVirtual().name("pinned").start(Pinning::touch);
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(Carriers.keptBy(thread.toString())).contains("ForkJoinPool");
        LockSupport.unpark(thread);
        thread.join();
    }

    static final class Pinning {

        static {
            LockSupport.park();
        }

        static void touch() {
        }

    }

}
