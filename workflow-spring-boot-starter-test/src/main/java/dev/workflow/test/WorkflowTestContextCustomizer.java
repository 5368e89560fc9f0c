package dev.workflow.test;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.support.TestPropertySourceUtils;
import org.springframework.util.StringUtils;

/**
 * Gives a context its database and the kit's beans. All of them are equal, so that tests
 * with the same annotation share their context.
 */
record WorkflowTestContextCustomizer() implements ContextCustomizer {

    private static final String AVAILABILITY = "workflow.databaseAvailability";

    private static final String INLINED = TestPropertySourceUtils.INLINED_PROPERTIES_PROPERTY_SOURCE_NAME;

    @Override
    public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration merged) {
        DefaultListableBeanFactory beans = (DefaultListableBeanFactory) context.getBeanFactory();
        AnnotatedBeanDefinitionReader reader = new AnnotatedBeanDefinitionReader(beans, context.getEnvironment());
        reader.register(WorkflowTestConfiguration.class);
        if (Arrays.stream(merged.getClasses()).noneMatch(WorkflowTestContextCustomizer::isAutoConfigured)) {
            reader.register(AutoConfigurationConfiguration.class);
            AutoConfigurationPackages.register(beans, packages(merged));
        }
        useDatabase(context, beans);
        context.addBeanFactoryPostProcessor(WorkflowTestContextCustomizer::checkFirst);
    }

    /** Before the engine waits for its database, or changes a table. */
    private static void checkFirst(ConfigurableListableBeanFactory beans) {
        if (beans.containsBeanDefinition(AVAILABILITY)) {
            BeanDefinition availability = beans.getBeanDefinition(AVAILABILITY);
            availability.setDependsOn(
                    StringUtils.addStringToArray(availability.getDependsOn(), WorkflowTestConfiguration.DATABASE));
        }
    }

    private static boolean isAutoConfigured(Class<?> type) {
        return MergedAnnotations.from(type, MergedAnnotations.SearchStrategy.TYPE_HIERARCHY)
            .isPresent(EnableAutoConfiguration.class);
    }

    /**
     * Where the entities and repositories of those classes are. A package below another
     * one is left out: what is in it would be found twice.
     */
    private static String[] packages(MergedContextConfiguration merged) {
        Set<String> packages = Arrays.stream(merged.getClasses())
            .map(Class::getPackageName)
            .collect(Collectors.toSet());
        return packages.stream()
            .filter((name) -> packages.stream().noneMatch((other) -> name.startsWith(other + ".")))
            .toArray(String[]::new);
    }

    private static void useDatabase(ConfigurableApplicationContext context, DefaultListableBeanFactory beans) {
        EmbeddedServer server = EmbeddedServer.get();
        String database = server.databaseFor(context);
        String url = server.url(database);
        beans.registerSingleton("workflow.testDatabaseUrl", new OwnDatabase.Url(url));
        // Registered before all others, so destroyed after all others.
        beans.registerDisposableBean("workflowTestDatabase", () -> server.drop(database, context));
        MutablePropertySources sources = context.getEnvironment().getPropertySources();
        MapPropertySource defaults = new MapPropertySource("workflowTestDefaults", defaults());
        if (sources.contains(INLINED)) {
            sources.addAfter(INLINED, defaults);
        }
        else {
            sources.addFirst(defaults);
        }
        sources.addFirst(new MapPropertySource("workflowTestDatabase",
                Map.of("spring.datasource.url", url, "spring.datasource.username", EmbeddedServer.USER,
                        "spring.datasource.password", "", "spring.datasource.driver-class-name",
                        "org.postgresql.Driver")));
    }

    /** What a test may set otherwise in its properties. */
    private static Map<String, Object> defaults() {
        Map<String, Object> defaults = new LinkedHashMap<>();
        defaults.put("spring.datasource.hikari.maximum-pool-size", "10");
        defaults.put("spring.datasource.hikari.minimum-idle", "1");
        // Nobody else makes the tables of a new database.
        defaults.put("workflow.liquibase.enabled", "true");
        // A test that leaves an attempt hanging need not wait for it.
        defaults.put("workflow.shutdown-timeout", "1s");
        return defaults;
    }

}
