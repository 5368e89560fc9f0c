package dev.workflow.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The answer to a benchmark: a table for people, JSON for programs.
 *
 * @param benchmark the question
 * @param server the server it was answered on
 * @param settings how it was asked
 * @param rounds what each contender did, by its name
 * @param requirements what was asked of the engine
 */
record Report(Benchmark benchmark, Map<String, String> server, Settings settings, Map<String, List<Round>> rounds,
        List<Requirement> requirements) {

    private static final int LABEL = 38;

    private static final int COLUMN = 34;

    boolean isMet() {
        return this.requirements.stream().allMatch(Requirement::met);
    }

    String name() {
        return this.benchmark.name().toLowerCase(Locale.ROOT);
    }

    /** One row for each metric, one column for each contender: median (min–max). */
    String table() {
        StringBuilder table = new StringBuilder();
        table.append(name()).append('\n');
        environment().forEach((name, value) -> table.append("  ").append(name).append(": ").append(value).append('\n'));
        row(table, "", new ArrayList<>(this.rounds.keySet()));
        for (Metric metric : Metric.values()) {
            List<String> cells = new ArrayList<>();
            this.rounds.values().forEach((of) -> cells.add(cell(metric, Summary.of(of, metric))));
            row(table, metric.label(), cells);
        }
        if (this.settings.rounds() == 1) {
            this.rounds.forEach((name, of) -> table.append(name + ", workflows/s by window: ")
                .append(of.getFirst().windows().stream().map(Metric.WORKFLOWS_PER_SECOND::format).toList())
                .append('\n'));
        }
        this.requirements.forEach((requirement) -> table.append(requirement).append('\n'));
        return table.toString();
    }

    private static void row(StringBuilder table, String label, List<String> cells) {
        table.append(pad(label, LABEL));
        cells.forEach((cell) -> table.append(pad(cell, COLUMN)));
        table.append('\n');
    }

    private static String cell(Metric metric, Summary summary) {
        String median = metric.format(summary.median());
        return (summary.min() < summary.max())
                ? median + " (" + metric.format(summary.min()) + "–" + metric.format(summary.max()) + ")" : median;
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>(this.settings.description());
        environment.put("machine", Runtime.getRuntime().availableProcessors() + " cores, "
                + System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        environment.put("JVM", System.getProperty("java.vm.name") + " " + Runtime.version() + ", heap of "
                + Runtime.getRuntime().maxMemory() / 1_048_576 + " MB");
        environment.putAll(this.server);
        return environment;
    }

    String json() {
        Map<String, Object> contenders = new LinkedHashMap<>();
        this.rounds.forEach((name, of) -> contenders.put(name, of));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("benchmark", name());
        document.put("environment", environment());
        document.put("contenders", contenders);
        document.put("requirements", this.requirements);
        return JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build().writeValueAsString(document);
    }

}
