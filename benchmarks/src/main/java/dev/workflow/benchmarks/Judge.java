package dev.workflow.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Puts workloads to contenders, round by round, and each turn to a time limit. */
final class Judge {

    private final PostgresServer server;

    private final Contenders contenders;

    private final Set<String> chosen;

    private final Consumer<String> progress;

    /**
     * A judge.
     * @param server where the databases are
     * @param contenders who can take part
     * @param chosen the names of those who do; empty: all
     * @param progress hears of each turn
     */
    Judge(PostgresServer server, Contenders contenders, Set<String> chosen, Consumer<String> progress) {
        this.server = server;
        this.contenders = contenders;
        this.chosen = chosen;
        this.progress = progress;
    }

    Report run(Workload workload, Settings given) {
        Settings settings = workload.adjust(given);
        List<Entry> entries = workload.entries(this.contenders, settings)
            .stream()
            .filter((entry) -> this.chosen.isEmpty() || this.chosen.contains(entry.contender().name()))
            .toList();
        Map<String, List<Round>> rounds = new LinkedHashMap<>();
        List<Report.Failure> failures = new ArrayList<>();
        for (int i = 1; i <= settings.number(Setting.ROUNDS); i++) {
            for (Entry entry : entries) {
                List<Round> own = rounds.computeIfAbsent(entry.name(), (name) -> new ArrayList<>());
                String turn = workload.name() + ", round " + i + ", " + entry.name();
                this.progress.accept(turn);
                try {
                    own.add(run(turn, entry, settings));
                }
                catch (TrialFailedException ex) {
                    Report.Failure failure = new Report.Failure(entry.name(), i, String.valueOf(ex.getCause()),
                            entry.contender() instanceof EngineContender);
                    failures.add(failure);
                    this.progress.accept(failure.toString());
                }
            }
        }
        List<Requirement> asked = workload.judge(new Results(rounds)).stream().filter(Requirement::isAnswered).toList();
        return new Report(workload.name(), workload.title(), this.server.description(), settings, rounds, asked,
                failures);
    }

    private Round run(String turn, Entry entry, Settings settings) throws TrialFailedException {
        Database database = this.server.create();
        try {
            return TimeLimit.call(turn, settings.duration(Setting.LIMIT),
                    () -> entry.trial().run(this.server, database));
        }
        finally {
            this.server.drop(database);
        }
    }

}
