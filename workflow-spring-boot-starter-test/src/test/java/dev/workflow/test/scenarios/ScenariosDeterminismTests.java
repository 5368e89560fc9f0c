package dev.workflow.test.scenarios;

import java.util.ArrayList;
import java.util.List;

import dev.workflow.Workflow;
import dev.workflow.determinism.DeterminismCheck;
import dev.workflow.determinism.Finding;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/** The determinism check over the workflows of all scenarios: a check of the check. */
class ScenariosDeterminismTests {

    @Test
    void findsNothingInTheWorkflowsOfTheScenarios() {
        List<Class<?>> workflows = workflows("dev.workflow.test", "dev.workflow.cookbook", "com.example.usage");
        assertThat(workflows).hasSizeGreaterThan(100);
        DeterminismCheck.Report report = DeterminismCheck.of(workflows).report();
        assertThat(report.findings()).extracting(Finding::toString).isEmpty();
        assertThat(report.unreadable()).isEmpty();
        assertThat(report.classes()).isGreaterThan(workflows.size());
    }

    private static List<Class<?>> workflows(String... packages) {
        ClassPathScanningCandidateComponentProvider scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(Workflow.class));
        List<Class<?>> workflows = new ArrayList<>();
        for (String name : packages) {
            scanner.findCandidateComponents(name)
                .forEach((definition) -> workflows
                    .add(ClassUtils.resolveClassName(String.valueOf(definition.getBeanClassName()),
                            ScenariosDeterminismTests.class.getClassLoader())));
        }
        return workflows;
    }

}
