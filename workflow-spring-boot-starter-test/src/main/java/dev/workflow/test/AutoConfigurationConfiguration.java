package dev.workflow.test;

import java.util.Map;

import org.springframework.boot.autoconfigure.AutoConfigurationImportSelector;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.AnnotationAttributes;
import org.springframework.core.type.AnnotationMetadata;

/**
 * Turns auto-configuration on for classes none of which does. Unlike
 * {@code @EnableAutoConfiguration} it does not make this package one of the application's
 * own.
 */
@Configuration(proxyBeanMethods = false)
@Import(AutoConfigurationConfiguration.All.class)
class AutoConfigurationConfiguration {

    /** Selects all auto-configurations. */
    static final class All extends AutoConfigurationImportSelector {

        @Override
        protected AnnotationAttributes getAttributes(AnnotationMetadata metadata) {
            return new AnnotationAttributes(Map.of("exclude", new String[0], "excludeName", new String[0]));
        }

    }

}
