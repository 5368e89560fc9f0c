package dev.workflow.benchmarks;

import java.util.List;
import java.util.stream.Collectors;

/** All workloads, in the order in which they run. */
final class Workloads {

    static final List<Workload> ALL = List.of(new ThroughputWorkload(), new ThroughputInACrowdWorkload(),
            new AloneWorkload(), new DecayWorkload(), new LatencyWorkload(), new SignalWorkload(), new TimerWorkload(),
            new ParkedWorkload(), new FanOutWorkload(), new LongRunWorkload(), new RecoveryWorkload(),
            new SoakWorkload(), new TransferWorkload(), new ListWorkload(false), new ListWorkload(true),
            new RetentionWorkload());

    private Workloads() {
    }

    static Workload named(String name) {
        return ALL.stream()
            .filter((workload) -> workload.name().equals(name))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("Unknown workload or contender '" + name + "'; there are "
                    + ALL.stream().map(Workload::name).collect(Collectors.joining(", ")) + ", all, and "
                    + String.join(", ", Contenders.NAMES)));
    }

}
