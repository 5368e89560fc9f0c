package dev.workflow.benchmarks;

import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs each workload for a moment and in miniature, so that it cannot rot. What it
 * measures then means nothing; that the right things have run is checked by the workloads
 * themselves.
 */
class BenchmarksIntegrationTests {

    private static final Settings BRIEF = Settings.defaults()
        .with(Setting.CALLERS, 20)
        .with(Setting.CROWD, 50)
        .with(Setting.ROUNDS, 1)
        .with(Setting.WARMUP, 100)
        .with(Setting.SECONDS, 300)
        .with(Setting.WINDOW, 50)
        .with(Setting.SIGNALS, 8)
        .with(Setting.TIMERS, 30)
        .with(Setting.SLEEP, 300)
        .with(Setting.ALARMS, 50)
        .with(Setting.PARKED, 100)
        .with(Setting.WAKES, 10)
        .with(Setting.IDLE, 200)
        .with(Setting.FANOUT, 20)
        .with(Setting.STEPS, 40)
        .with(Setting.OPEN, 50)
        .with(Setting.SOAK, 1_000)
        .with(Setting.LISTED, 1_000)
        .with(Setting.LOOKUPS, 3)
        .with(Setting.WRITES, 50)
        .with(Setting.OLD, 300)
        .with(Setting.LIMIT, 120_000);

    /** DBOS twice would only take longer. */
    private static final Set<String> ALL_BUT_ONE = Set.of(EngineContender.NAME, BarePath.NAME, DbosContender.NAME,
            DbSchedulerContender.NAME);

    private static PostgresServer server;

    private static Contenders contenders;

    @BeforeAll
    static void prepare() {
        server = PostgresServer.embedded();
        contenders = Contenders.prepare(server);
    }

    @AfterAll
    static void close() {
        server.close();
    }

    /** All but the recovery, which needs two more JVMs and waits for a lease to end. */
    static List<Workload> workloads() {
        return Workloads.ALL.stream().filter((workload) -> !(workload instanceof RecoveryWorkload)).toList();
    }

    @ParameterizedTest
    @MethodSource("workloads")
    void eachWorkloadIsAnsweredByEachOfItsEntries(Workload workload) {
        Report report = judge(ALL_BUT_ONE).run(workload, BRIEF);
        assertThat(report.failures()).isEmpty();
        assertThat(report.rounds().values()).isNotEmpty()
            .allSatisfy((rounds) -> assertThat(rounds).singleElement()
                .satisfies((round) -> assertThat(round.values()).isNotEmpty()));
        assertThat(report.requirements()).isNotEmpty();
        assertThat(report.table()).contains(report.rounds().keySet()).contains("must be at");
        assertThat(report.json()).contains("\"workload\" : \"" + workload.name() + "\"");
    }

    @Test
    void aWorkflowOfThreeStepsAloneTakesFourCommits() {
        Report report = judge(Set.of(EngineContender.NAME)).run(Workloads.named("alone"), BRIEF);
        assertThat(report.rounds()).containsOnlyKeys(EngineContender.NAME);
        assertThat(report.rounds().get(EngineContender.NAME).getFirst().value(Metric.COMMITS_PER_WORKFLOW))
            .isEqualTo(4.0);
    }

    private static Judge judge(Set<String> chosen) {
        return new Judge(server, contenders, chosen, (turn) -> {
        });
    }

}
