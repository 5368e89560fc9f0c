package dev.workflow.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A question that is put to contenders. They take turns, so that whatever else the
 * machine does meets all of them alike.
 */
enum Benchmark {

    /**
     * How many workflows a second, with many in flight, beside what the database allows.
     */
    THROUGHPUT {

        @Override
        Settings adjust(Settings settings) {
            return settings;
        }

        @Override
        List<Requirement> judge(Map<String, List<Round>> rounds) {
            List<Double> ratios = new ArrayList<>();
            for (int i = 0; i < Math.min(engine(rounds).size(), bare(rounds).size()); i++) {
                ratios.add(engine(rounds).get(i).value(Metric.WORKFLOWS_PER_SECOND)
                        / bare(rounds).get(i).value(Metric.WORKFLOWS_PER_SECOND));
            }
            return List
                .of(Requirement.atLeast("engine / bare path, workflows/s", Summary.of(ratios), LEAST_SHARE_OF_BARE));
        }

    },

    /** How long a workflow takes, and what it writes, with nothing beside it. */
    ALONE {

        @Override
        Settings adjust(Settings settings) {
            return settings.withCallers(1);
        }

        @Override
        List<Requirement> judge(Map<String, List<Round>> rounds) {
            return List.of(
                    Requirement.atMost("commits per workflow", Summary.of(engine(rounds), Metric.COMMITS_PER_WORKFLOW),
                            MOST_COMMITS),
                    Requirement.atMost("writing transactions per workflow, heartbeats included",
                            Summary.of(engine(rounds), Metric.WRITES_PER_WORKFLOW), MOST_COMMITS + HEARTBEATS));
        }

    },

    /** Whether a minute of load slows the engine down. */
    DECAY {

        @Override
        Settings adjust(Settings settings) {
            return settings.atLeast(settings.window().multipliedBy(6)).withRounds(1);
        }

        @Override
        List<Requirement> judge(Map<String, List<Round>> rounds) {
            return List.of(Requirement.atLeast("last window / first window",
                    Summary.of(engine(rounds), Metric.LAST_TO_FIRST_WINDOW), LEAST_LEFT));
        }

    };

    private static final double LEAST_SHARE_OF_BARE = 0.25;

    private static final double MOST_COMMITS = 4;

    private static final double HEARTBEATS = 0.1;

    private static final double LEAST_LEFT = 0.9;

    abstract Settings adjust(Settings settings);

    abstract List<Requirement> judge(Map<String, List<Round>> rounds);

    Report run(PostgresServer server, List<Contender> contenders, Settings given) {
        Settings settings = adjust(given);
        Map<String, List<Round>> rounds = new LinkedHashMap<>();
        for (int i = 0; i < settings.rounds(); i++) {
            for (Contender contender : contenders) {
                rounds.computeIfAbsent(contender.name(), (name) -> new ArrayList<>())
                    .add(Round.of(contender, server, settings));
            }
        }
        List<Requirement> asked = judge(rounds).stream().filter(Requirement::isAnswered).toList();
        return new Report(this, server.description(), settings, rounds, asked);
    }

    private static List<Round> engine(Map<String, List<Round>> rounds) {
        return rounds.getOrDefault(EngineContender.NAME, List.of());
    }

    private static List<Round> bare(Map<String, List<Round>> rounds) {
        return rounds.getOrDefault(BarePath.NAME, List.of());
    }

}
