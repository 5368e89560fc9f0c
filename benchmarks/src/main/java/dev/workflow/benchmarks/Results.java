package dev.workflow.benchmarks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the entries of a workload did.
 *
 * @param rounds by the entry's name
 */
record Results(Map<String, List<Round>> rounds) {

    Summary of(String entry, Metric metric) {
        return Summary.of(rounds(entry).stream().map((round) -> round.value(metric)).toList());
    }

    /** One entry's value over another's, round by round. */
    Summary ratio(String entry, String other, Metric metric) {
        return ratio(entry, metric, other, metric);
    }

    Summary ratio(String entry, Metric metric, String other, Metric otherMetric) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < Math.min(rounds(entry).size(), rounds(other).size()); i++) {
            ratios.add(rounds(entry).get(i).value(metric) / rounds(other).get(i).value(otherMetric));
        }
        return Summary.of(ratios);
    }

    /** The better of DBOS's two pools. */
    String betterDbos(Metric metric) {
        Comparator<String> byMedian = Comparator.comparingDouble((name) -> of(name, metric).median());
        return Stream.of(DbosContender.NAME, DbosContender.NAME_OF_LARGER)
            .filter((name) -> !Double.isNaN(of(name, metric).median()))
            .min(metric.isMoreBetter() ? byMedian.reversed() : byMedian)
            .orElse(DbosContender.NAME);
    }

    private List<Round> rounds(String entry) {
        return this.rounds.getOrDefault(entry, List.of());
    }

}
