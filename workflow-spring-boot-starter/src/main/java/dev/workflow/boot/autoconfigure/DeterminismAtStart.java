package dev.workflow.boot.autoconfigure;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import dev.workflow.boot.WorkflowProperties.Determinism;
import dev.workflow.determinism.DeterminismCheck;
import dev.workflow.determinism.DeterminismException;
import dev.workflow.determinism.Finding;
import dev.workflow.determinism.FindingsText;
import dev.workflow.worker.BeanTypeRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.util.StringUtils;

/** Looks at start for what in the application's workflows a replay would not repeat. */
final class DeterminismAtStart implements SmartInitializingSingleton {

    private static final Logger logger = LoggerFactory.getLogger(DeterminismAtStart.class);

    private static final String ADVICE = "What is right as it is: annotate it with @DeterminismIgnored and a reason, "
            + "or name its class in workflow.determinism-exclude.";

    private final Determinism determinism;

    private final List<String> excluded;

    private final BeanTypeRegistry types;

    private final List<String> packages;

    /**
     * The check.
     * @param determinism what to do about findings
     * @param excluded patterns of classes that are left out
     * @param types knows the workflows, and the beans that they may call
     * @param packages the application's packages
     */
    DeterminismAtStart(Determinism determinism, List<String> excluded, BeanTypeRegistry types, List<String> packages) {
        this.determinism = determinism;
        this.excluded = excluded;
        this.types = types;
        this.packages = packages;
    }

    @Override
    public void afterSingletonsInstantiated() {
        if (this.determinism == Determinism.OFF) {
            return;
        }
        Collection<Class<?>> workflows = new LinkedHashSet<>(this.types.workflowClasses().values());
        long start = System.nanoTime();
        DeterminismCheck.Report report = DeterminismCheck.of(workflows)
            .packages(StringUtils.toStringArray(this.packages))
            .exclude(StringUtils.toStringArray(this.excluded))
            .implementations(this.types::beanClasses)
            .report();
        logger.debug("Checked the determinism of {} workflow classes in {} ms: {} class files, {} findings",
                workflows.size(), (System.nanoTime() - start) / 1_000_000, report.classes(), report.findings().size());
        if (!report.unreadable().isEmpty()) {
            logger.warn("The determinism check knows nothing of classes that could not be read: {}",
                    report.unreadable());
        }
        tell(report.findings());
    }

    private void tell(List<Finding> findings) {
        if (this.determinism == Determinism.FAIL && !findings.isEmpty()) {
            throw new DeterminismException(findings);
        }
        Map<Class<?>, List<Finding>> byWorkflow = findings.stream()
            .collect(Collectors.groupingBy(Finding::workflow, LinkedHashMap::new, Collectors.toList()));
        byWorkflow.values()
            .forEach(
                    (ofWorkflow) -> logger.warn("{}{}{}", FindingsText.of(ofWorkflow), System.lineSeparator(), ADVICE));
    }

}
