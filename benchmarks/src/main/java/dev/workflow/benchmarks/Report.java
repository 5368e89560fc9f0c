package dev.workflow.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The answer to a workload's question: a table for people, JSON for programs.
 *
 * @param name the workload's name
 * @param title what it does
 * @param server the server it ran on
 * @param settings how it ran
 * @param rounds what each entry did, by its name
 * @param requirements what was asked of the engine
 * @param failures turns that ended badly
 */
record Report(String name, String title, Map<String, String> server, Settings settings, Map<String, List<Round>> rounds,
        List<Requirement> requirements, List<Failure> failures) {

    private static final int LABEL = 40;

    private static final int COLUMN = 32;

    /**
     * A turn that ended badly.
     *
     * @param entry whose
     * @param round which
     * @param reason how
     * @param engine whether it was this engine's, which is not allowed
     */
    record Failure(String entry, int round, String reason, boolean engine) {

        @Override
        public String toString() {
            return this.entry + " failed in round " + this.round + ": " + this.reason;
        }

    }

    boolean isMet() {
        return this.requirements.stream().allMatch(Requirement::met)
                && this.failures.stream().noneMatch(Failure::engine);
    }

    /** One row for each metric, one column for each entry: median (min–max). */
    String table() {
        StringBuilder table = new StringBuilder();
        table.append(this.name).append(": ").append(this.title).append('\n');
        row(table, "", new ArrayList<>(this.rounds.keySet()));
        Results results = new Results(this.rounds);
        for (Metric metric : Metric.values()) {
            List<Summary> summaries = this.rounds.keySet().stream().map((entry) -> results.of(entry, metric)).toList();
            if (summaries.stream().anyMatch((summary) -> !Double.isNaN(summary.median()))) {
                row(table, metric.label(), summaries.stream().map((summary) -> cell(metric, summary)).toList());
            }
        }
        this.rounds.forEach((entry, of) -> windows(table, entry, of));
        this.requirements.forEach((requirement) -> table.append(requirement).append('\n'));
        this.failures.forEach((failure) -> table.append(failure).append('\n'));
        return table.toString();
    }

    private static void windows(StringBuilder table, String entry, List<Round> rounds) {
        if (rounds.size() == 1 && rounds.getFirst().windows().size() > 2) {
            table.append(entry)
                .append(", workflows/s by window: ")
                .append(rounds.getFirst().windows().stream().map(Metric.WORKFLOWS_PER_SECOND::format).toList())
                .append('\n');
        }
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

    static Map<String, String> environment(Settings settings, Map<String, String> server) {
        Map<String, String> environment = new LinkedHashMap<>(settings.description());
        environment.put("machine", Runtime.getRuntime().availableProcessors() + " cores, "
                + System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        environment.put("JVM", System.getProperty("java.vm.name") + " " + Runtime.version() + ", heap of "
                + Runtime.getRuntime().maxMemory() / 1_048_576 + " MB");
        environment.putAll(server);
        return environment;
    }

    String json() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("workload", this.name);
        document.put("title", this.title);
        document.put("environment", environment(this.settings, this.server));
        document.put("entries", this.rounds);
        document.put("requirements", this.requirements);
        document.put("failures", this.failures);
        return JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build().writeValueAsString(document);
    }

}
