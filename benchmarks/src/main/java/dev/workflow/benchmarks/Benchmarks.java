package dev.workflow.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The command that measures: <pre>
 * mvn -q -Dfast -pl benchmarks -am -DskipTests package exec:exec
 * mvn -q -Dfast -pl benchmarks -am -DskipTests package exec:exec -Dbenchmark.args="w2 w3 engine rounds=1"
 * </pre> The arguments name workloads ({@code w1}, which is the default, to {@code w11},
 * {@code w1b}, {@code w11b}, {@code alone}, {@code decay}, {@code retention}, or
 * {@code all}), contenders ({@code engine}, {@code bare-path}, {@code dbos},
 * {@code dbos-40}, {@code db-scheduler}; by default all) and settings ({@code rounds=3},
 * {@code callers=200}, …: {@link Setting}). PostgreSQL is an embedded one, started for
 * the run, or the one that {@code -Dbenchmark.url}, {@code -Dbenchmark.user} and
 * {@code -Dbenchmark.password} name, where databases are created and dropped.
 * <p>
 * Prints a table for each workload, in the end what was met and what was missed, and
 * writes {@code target/benchmark-<name>.json}. Ends with status 1 when a requirement is
 * missed or the engine did something wrong.
 */
public final class Benchmarks {

    private Benchmarks() {
    }

    public static void main(String[] arguments) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Set<Workload> chosen = new LinkedHashSet<>();
        Set<String> names = new HashSet<>();
        Settings settings = Settings.defaults();
        for (String argument : arguments) {
            if (argument.contains("=")) {
                settings = settings.with(argument);
            }
            else if (Contenders.NAMES.contains(argument)) {
                names.add(argument);
            }
            else {
                chosen.addAll(argument.equals("all") ? Workloads.ALL : List.of(Workloads.named(argument)));
            }
        }
        boolean met = run(out, chosen.isEmpty() ? Set.of(Workloads.named("w1")) : chosen, names, settings);
        System.exit(met ? 0 : 1);
    }

    private static boolean run(PrintStream out, Set<Workload> workloads, Set<String> names, Settings settings)
            throws IOException {
        List<Report> reports = new ArrayList<>();
        try (PostgresServer server = server()) {
            Report.environment(settings, server.description())
                .forEach((name, value) -> out.println(name + ": " + value));
            Judge judge = new Judge(server, Contenders.prepare(server), names, (turn) -> out.println("… " + turn));
            for (Workload workload : workloads) {
                Report report = judge.run(workload, settings);
                reports.add(report);
                out.println();
                out.println(report.table());
                Path file = Path.of("target", "benchmark-" + report.name() + ".json");
                Files.createDirectories(file.getParent());
                Files.writeString(file, report.json());
            }
        }
        out.println("In short");
        for (Report report : reports) {
            report.requirements().forEach((requirement) -> out.println("  " + report.name() + ", " + requirement));
            report.failures().forEach((failure) -> out.println("  " + report.name() + ", " + failure));
        }
        return reports.stream().allMatch(Report::isMet);
    }

    private static PostgresServer server() {
        String url = System.getProperty("benchmark.url", "");
        return url.isEmpty() ? PostgresServer.embedded() : PostgresServer.at(url,
                System.getProperty("benchmark.user", ""), System.getProperty("benchmark.password", ""));
    }

}
