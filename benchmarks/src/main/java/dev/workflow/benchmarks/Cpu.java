package dev.workflow.benchmarks;

import java.lang.management.ManagementFactory;
import java.time.Duration;

import com.sun.management.OperatingSystemMXBean;

/** Processor time that was spent. */
final class Cpu {

    private Cpu() {
    }

    /** By this JVM, in seconds. */
    static double jvm() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime() / 1e9;
    }

    /**
     * By a server on this machine and its living children, in seconds; not a number when
     * the process cannot be seen.
     */
    static double server(long postmaster) {
        return ProcessHandle.of(postmaster)
            .map((server) -> seconds(server) + server.children().mapToDouble(Cpu::seconds).sum())
            .orElse(Double.NaN);
    }

    private static double seconds(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
    }

}
