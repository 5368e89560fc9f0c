package dev.workflow.benchmarks;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs each benchmark for a moment, so that it cannot rot. What it measures then means
 * nothing; that the right workflows have run is checked by the benchmarks themselves.
 */
class BenchmarksIntegrationTests {

    private static final Settings BRIEF = new Settings(20, 1, Duration.ofMillis(200), Duration.ofMillis(600),
            Duration.ofMillis(100));

    private static PostgresServer server;

    private static List<Contender> contenders;

    @BeforeAll
    static void prepare() {
        server = PostgresServer.embedded();
        contenders = Benchmarks.contenders(server);
    }

    @AfterAll
    static void close() {
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void eachBenchmarkAnswersForEachContender(Benchmark benchmark) {
        Report report = benchmark.run(server, contenders, BRIEF);
        assertThat(report.rounds()).containsOnlyKeys(EngineContender.NAME, BarePath.NAME);
        assertThat(report.rounds().values()).allSatisfy((rounds) -> assertThat(rounds).singleElement()
            .satisfies((round) -> assertThat(round.value(Metric.WORKFLOWS_PER_SECOND)).isPositive()));
        assertThat(report.requirements()).isNotEmpty();
        assertThat(report.table()).contains("workflows/s", EngineContender.NAME, BarePath.NAME);
        assertThat(report.json()).contains("\"benchmark\" : \"" + report.name() + "\"");
    }

    @ParameterizedTest
    @EnumSource(names = "ALONE")
    void aWorkflowOfThreeStepsAloneTakesFourCommits(Benchmark benchmark) {
        Report report = benchmark.run(server, contenders.subList(0, 1), BRIEF);
        assertThat(report.rounds().get(EngineContender.NAME).getFirst().value(Metric.COMMITS_PER_WORKFLOW))
            .isEqualTo(4.0);
    }

}
