package dev.workflow.determinism;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Findings as text for people. */
public final class FindingsText {

    private FindingsText() {
    }

    /** All of them, workflow by workflow. */
    public static String of(List<Finding> findings) {
        Map<Class<?>, List<Finding>> byWorkflow = findings.stream()
            .collect(Collectors.groupingBy(Finding::workflow, LinkedHashMap::new, Collectors.toList()));
        return byWorkflow.entrySet()
            .stream()
            .map((entry) -> ofWorkflow(entry.getKey(), entry.getValue()))
            .collect(Collectors.joining(System.lineSeparator()));
    }

    private static String ofWorkflow(Class<?> workflow, List<Finding> findings) {
        StringBuilder text = new StringBuilder("The code of the workflow " + workflow.getName()
                + " does what would not be the same in a replay (" + findings.size() + "):");
        int number = 0;
        for (Finding finding : findings) {
            number++;
            text.append(System.lineSeparator())
                .append("  ")
                .append(number)
                .append(". ")
                .append(finding.toString().indent(0).stripTrailing());
        }
        return text.toString();
    }

}
