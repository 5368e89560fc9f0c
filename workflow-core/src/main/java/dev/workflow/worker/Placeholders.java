package dev.workflow.worker;

import java.util.function.UnaryOperator;

import org.springframework.beans.factory.config.ConfigurableBeanFactory;

/** Resolves <code>${...}</code> in the attributes of annotations. */
final class Placeholders {

    private Placeholders() {
    }

    static UnaryOperator<String> of(ConfigurableBeanFactory beanFactory) {
        return (text) -> {
            String resolved = text.contains("${") ? beanFactory.resolveEmbeddedValue(text) : text;
            return (resolved != null) ? resolved : "";
        };
    }

}
