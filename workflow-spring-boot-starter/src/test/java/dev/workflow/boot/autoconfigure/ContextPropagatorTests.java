package dev.workflow.boot.autoconfigure;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextHolder;

import dev.workflow.boot.WorkflowProperties;
import dev.workflow.interceptor.ContextPropagator;

import static org.assertj.core.api.Assertions.assertThat;

class ContextPropagatorTests {

    private final ApplicationContextRunner contexts = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(WorkflowContextAutoConfiguration.class))
        .withUserConfiguration(Properties.class);

    @AfterEach
    void clear() {
        MDC.clear();
        SecurityContextHolder.clearContext();
    }

    @Test
    void nothingIsPropagatedUnlessAPropertySaysSo() {
        this.contexts.run((context) -> assertThat(context).doesNotHaveBean(ContextPropagator.class));
        this.contexts.withPropertyValues("workflow.context.mdc=", "workflow.context.principal=false")
            .run((context) -> assertThat(context).doesNotHaveBean(ContextPropagator.class));
    }

    @Test
    void theLoggingContextIsPropagatedByItsKeys() {
        this.contexts.withPropertyValues("workflow.context.mdc=request,tenant").run((context) -> {
            ContextPropagator propagator = context.getBean(ContextPropagator.class);
            MDC.put("request", "r-1");
            MDC.put("other", "o-1");
            assertThat(propagator.capture()).isEqualTo(Map.of("mdc-request", "r-1"));
            try (AutoCloseable restored = propagator.restore(Map.of("mdc-tenant", "acme"))) {
                assertThat(MDC.get("tenant")).isEqualTo("acme");
                assertThat(MDC.get("request")).isNull();
                assertThat(MDC.get("other")).isEqualTo("o-1");
            }
            assertThat(MDC.get("tenant")).isNull();
            assertThat(MDC.get("request")).isEqualTo("r-1");
        });
    }

    @Test
    void aYamlListOfKeysIsUnderstood() {
        this.contexts.withPropertyValues("workflow.context.mdc[0]=request")
            .run((context) -> assertThat(context).hasSingleBean(MdcContextPropagator.class));
    }

    @Test
    void ofThePrincipalOnlyTheNameIsPropagated() {
        this.contexts.withPropertyValues("workflow.context.principal=true").run((context) -> {
            ContextPropagator propagator = context.getBean(ContextPropagator.class);
            Authentication admin = UsernamePasswordAuthenticationToken.authenticated("ada", "secret",
                    AuthorityUtils.createAuthorityList("ROLE_ADMIN"));
            assertThat(propagator.capture()).isEmpty();
            SecurityContextHolder.getContext().setAuthentication(admin);
            assertThat(propagator.capture()).isEqualTo(Map.of("principal", "ada"));
            try (AutoCloseable restored = propagator.restore(Map.of("principal", "grace"))) {
                Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
                assertThat(authentication.getName()).isEqualTo("grace");
                assertThat(authentication.getAuthorities()).isEmpty();
                assertThat(authentication.getCredentials()).isNull();
            }
            assertThat(SecurityContextHolder.getContext().getAuthentication()).isSameAs(admin);
            try (AutoCloseable restored = propagator.restore(Map.of())) {
                assertThat(SecurityContextHolder.getContext().getAuthentication()).isNull();
            }
        });
    }

    @Test
    void somebodyAnonymousIsNoPrincipal() {
        SecurityContextHolder.getContext()
            .setAuthentication(
                    new AnonymousAuthenticationToken("key", "anonymous", AuthorityUtils.createAuthorityList("NONE")));
        assertThat(new PrincipalContextPropagator().capture()).isEmpty();
    }

    @Test
    void withoutSpringSecurityThereIsNoPrincipal() {
        this.contexts.withClassLoader(new FilteredClassLoader(SecurityContextHolder.class))
            .withPropertyValues("workflow.context.principal=true")
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ContextPropagator.class));
    }

    @Test
    void severalPropagatorsAreBesideEachOther() {
        this.contexts.withPropertyValues("workflow.context.principal=true", "workflow.context.mdc=request")
            .run((context) -> assertThat(List.copyOf(context.getBeansOfType(ContextPropagator.class).values()))
                .hasSize(2));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(WorkflowProperties.class)
    static class Properties {

    }

}
