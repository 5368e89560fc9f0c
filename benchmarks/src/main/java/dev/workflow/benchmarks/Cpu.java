package dev.workflow.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import com.sun.management.OperatingSystemMXBean;

/** Processor time that was spent. */
final class Cpu {

    /** In a second, as far as programs are told. */
    private static final double TICKS = 100;

    private Cpu() {
    }

    /** By this JVM, in seconds. */
    static double jvm() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime() / 1e9;
    }

    /** By this JVM's JIT compiler, on all of its threads together. */
    static Duration compiler() {
        return Duration.ofMillis(ManagementFactory.getCompilationMXBean().getTotalCompilationTime());
    }

    /**
     * By a server on this machine and its children, in seconds; not a number when the
     * process cannot be seen.
     */
    static double server(long postmaster) {
        return ProcessHandle.of(postmaster)
            .map((server) -> seconds(server) + server.children().mapToDouble(Cpu::seconds).sum() + ended(postmaster))
            .orElse(Double.NaN);
    }

    private static double seconds(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
    }

    /**
     * Of children that have ended: their time is lost otherwise, and what they did before
     * would be taken off. Only Linux tells.
     */
    private static double ended(long pid) {
        Path file = Path.of("/proc", String.valueOf(pid), "stat");
        if (!Files.isReadable(file)) {
            return 0;
        }
        try {
            String stat = Files.readString(file);
            // Behind the name, which may have blanks, the third of its fields comes
            // first.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) / TICKS;
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

}
