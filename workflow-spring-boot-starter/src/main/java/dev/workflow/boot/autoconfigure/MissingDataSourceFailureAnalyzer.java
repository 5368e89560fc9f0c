package dev.workflow.boot.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * An application that names no database: Boot's own advice, an embedded one, is of no use
 * to the engine.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class MissingDataSourceFailureAnalyzer extends AbstractFailureAnalyzer<BeanCreationException> {

    private static final String BOOTS_EXCEPTION = "DataSourceBeanCreationException";

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BeanCreationException cause) {
        for (Throwable failure = cause; failure != null; failure = failure.getCause()) {
            if (failure.getClass().getSimpleName().equals(BOOTS_EXCEPTION)) {
                return new FailureAnalysis(
                        "The workflow engine needs a DataSource, and none can be made: " + failure.getMessage() + ".",
                        "Set spring.datasource.url, spring.datasource.username and spring.datasource.password to a "
                                + "PostgreSQL database, or define a DataSource bean. To run without the engine, set "
                                + "workflow.enabled=false.",
                        failure);
            }
        }
        return null;
    }

}
