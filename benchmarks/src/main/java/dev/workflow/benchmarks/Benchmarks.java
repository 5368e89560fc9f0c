package dev.workflow.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The command that measures: <pre>
 * mvn -q -Dfast -pl benchmarks -am -DskipTests package exec:exec
 * mvn -q -Dfast -pl benchmarks -am -DskipTests package exec:exec -Dbenchmark.args="alone decay seconds=30"
 * </pre> The arguments name benchmarks ({@code throughput}, which is the default,
 * {@code alone}, {@code decay}, or {@code all}), contenders ({@code engine},
 * {@code bare-path}; by default all) and settings ({@code callers=200}, {@code rounds=3},
 * {@code warmup=10} and {@code seconds=20} for each round, {@code window=10} for decay).
 * PostgreSQL is an embedded one, started for the run, or the one that
 * {@code -Dbenchmark.url}, {@code -Dbenchmark.user} and {@code -Dbenchmark.password}
 * name, where databases are created and dropped.
 * <p>
 * Prints a table for each benchmark and writes {@code target/benchmark-<name>.json}. Ends
 * with status 1 when a requirement is missed, and with an exception when a single
 * workflow had the wrong result.
 */
public final class Benchmarks {

    private static final Set<String> CONTENDERS = Set.of(EngineContender.NAME, BarePath.NAME);

    private Benchmarks() {
    }

    public static void main(String[] arguments) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        List<Benchmark> chosen = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Settings settings = Settings.defaults();
        for (String argument : arguments) {
            if (argument.contains("=")) {
                settings = settings.with(argument);
            }
            else if (argument.equals("all")) {
                chosen.addAll(List.of(Benchmark.values()));
            }
            else if (CONTENDERS.contains(argument)) {
                names.add(argument);
            }
            else {
                chosen.add(Benchmark.valueOf(argument.toUpperCase(Locale.ROOT)));
            }
        }
        boolean met = true;
        try (PostgresServer server = server()) {
            List<Contender> contenders = contenders(server).stream()
                .filter((contender) -> names.isEmpty() || names.contains(contender.name()))
                .toList();
            for (Benchmark benchmark : chosen.isEmpty() ? List.of(Benchmark.THROUGHPUT) : chosen) {
                Report report = benchmark.run(server, contenders, settings);
                out.println(report.table());
                Path file = Path.of("target", "benchmark-" + report.name() + ".json");
                Files.createDirectories(file.getParent());
                Files.writeString(file, report.json());
                met &= report.isMet();
            }
        }
        System.exit(met ? 0 : 1);
    }

    private static PostgresServer server() {
        String url = System.getProperty("benchmark.url", "");
        return url.isEmpty() ? PostgresServer.embedded() : PostgresServer.at(url,
                System.getProperty("benchmark.user", ""), System.getProperty("benchmark.password", ""));
    }

    /**
     * Prepares the server: lets the engine make its tables and run one workflow, whose
     * rows the bare path then copies.
     */
    static List<Contender> contenders(PostgresServer server) {
        Contender engine = new EngineContender();
        Database template = server.createTemplate();
        try (Contender.Session session = engine.open(template)) {
            session.run(new Payload().next());
        }
        RecordedRun recorded = RecordedRun.readFrom(template);
        template.empty();
        server.seal(template);
        return List.of(engine, new BarePath(recorded));
    }

}
