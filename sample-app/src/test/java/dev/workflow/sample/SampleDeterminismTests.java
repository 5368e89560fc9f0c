package dev.workflow.sample;

import java.util.List;

import dev.workflow.Workflow;
import dev.workflow.determinism.DeterminismCheck;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/** As an application checks all its workflows in a unit test. */
class SampleDeterminismTests {

    @Test
    void workflowsOfTheSampleAreDeterministic() {
        ClassPathScanningCandidateComponentProvider scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(Workflow.class));
        List<Class<?>> workflows = scanner.findCandidateComponents("dev.workflow.sample")
            .stream()
            .<Class<?>>map((definition) -> ClassUtils.resolveClassName(String.valueOf(definition.getBeanClassName()),
                    getClass().getClassLoader()))
            .toList();
        assertThat(workflows).hasSizeGreaterThan(3);
        DeterminismCheck.of(workflows).packages("dev.workflow.sample").verify();
    }

}
