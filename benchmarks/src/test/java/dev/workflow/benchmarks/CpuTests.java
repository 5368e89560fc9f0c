package dev.workflow.benchmarks;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;

class CpuTests {

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "only there a parent's children that have ended are known")
    void childThatHasEndedStillCounts() throws Exception {
        long self = ProcessHandle.current().pid();
        double before = Cpu.server(self) - Cpu.jvm();
        int code = new ProcessBuilder("sh", "-c", "i=0; while [ $i -lt 500000 ]; do i=$((i+1)); done").start()
            .waitFor();
        assertThat(code).isZero();
        assertThat(Cpu.server(self) - Cpu.jvm() - before).isGreaterThan(0.05);
    }

}
