package dev.workflow.boot.web;

import java.util.Map;

import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.core.MethodParameter;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.method.HandlerTypePredicate;
import org.springframework.web.servlet.config.annotation.ApiVersionConfigurer;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;
import org.springframework.web.servlet.config.annotation.PathMatchConfigurer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyAdvice;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an application sets for its own controllers does not reach the resources, nor the
 * other way round.
 */
class HostIsolationTests {

    @Test
    void settingsOfTheApplicationDoNotReachTheResources() {
        try (RestFixture fixture = new RestFixture(new RestSettings("/api/v1", false, 1_000), OpinionatedHost.class)) {
            assertThat(fixture.get("/nodes")).hasStatusOk().bodyText().startsWith("{\"nodes\":[");
            assertThat(fixture.post("/workflows", "{\"workflowType\":\"AnythingWorkflow\"}")).hasStatus(201);
            ProblemAssert.assertThat(fixture.get("/workflows/none"), 404, "unknown-workflow");
            fixture.service.failure = new IllegalStateException("boom");
            ProblemAssert.assertThat(fixture.get("/workflows/order-1"), 500, "internal-error");
        }
    }

    @Test
    void controllersOfTheApplicationUnderTheSameBasePathGoOn() {
        try (RestFixture fixture = new RestFixture(new RestSettings("/api/v1", false, 1_000), NeighbourHost.class)) {
            assertThat(fixture.mvc.get().uri("/api/v1/customers").with((request) -> {
                request.setRemoteAddr("10.0.0.5");
                return request;
            }).exchange()).hasStatusOk();
            ProblemAssert.assertThat(fixture.get("/nope"), 404, "unknown-resource");
            ProblemAssert.assertThat(fixture.get("/workflows/none"), 404, "unknown-workflow");
        }
    }

    @Test
    void basePathIsChanged() {
        try (RestFixture fixture = new RestFixture(new RestSettings("/engine/", false, 1_000), NeighbourHost.class)) {
            assertThat(fixture.mvc.get().uri("/engine/nodes").exchange()).hasStatusOk();
            assertThat(fixture.mvc.get().uri("/api/v1/nodes").exchange()).hasStatus(404).bodyText().isEmpty();
            assertThat(fixture.mvc.post()
                .uri("/engine/workflows")
                .contentType(MediaType.APPLICATION_JSON)
                .content("{\"workflowType\":\"AnythingWorkflow\",\"workflowId\":\"w\"}")
                .exchange()).hasStatus(201).hasHeader("Location", "/engine/workflows/w");
        }
    }

    @Test
    void rootAsBasePathLeavesOtherPathsAlone() {
        try (RestFixture fixture = new RestFixture(new RestSettings("/", false, 1_000), NeighbourHost.class)) {
            assertThat(fixture.mvc.get().uri("/nodes").exchange()).hasStatusOk();
            assertThat(fixture.mvc.get().uri("/nope").exchange()).hasStatus(404).bodyText().isEmpty();
        }
    }

    /**
     * An application that wraps all bodies, handles all exceptions, prefixes all paths
     * and requires a version.
     */
    @EnableWebMvc
    static class OpinionatedHost implements WebMvcConfigurer {

        @Override
        public void configureApiVersioning(ApiVersionConfigurer configurer) {
            configurer.useRequestHeader("X-Version").setVersionRequired(true);
        }

        @Override
        public void configurePathMatch(PathMatchConfigurer configurer) {
            configurer.addPathPrefix("/host", HandlerTypePredicate.forAnyHandlerType());
        }

        @Bean
        WrapAndSwallow wrapAndSwallow() {
            return new WrapAndSwallow();
        }

    }

    /** An application whose own resources are beside ours. */
    @EnableWebMvc
    static class NeighbourHost {

        @Bean
        Customers customers() {
            return new Customers();
        }

    }

    @RestController
    static class Customers {

        @GetMapping("/api/v1/customers")
        Map<String, String> list() {
            return Map.of("customer", "c-1");
        }

    }

    @RestControllerAdvice
    static class WrapAndSwallow implements ResponseBodyAdvice<Object> {

        @ExceptionHandler(Exception.class)
        ResponseEntity<String> swallow(Exception ex) {
            return ResponseEntity.ok("all is well");
        }

        @Override
        public boolean supports(MethodParameter returnType, Class<? extends HttpMessageConverter<?>> converterType) {
            return true;
        }

        @Override
        public Object beforeBodyWrite(Object body, MethodParameter returnType, MediaType selectedContentType,
                Class<? extends HttpMessageConverter<?>> selectedConverterType, ServerHttpRequest request,
                ServerHttpResponse response) {
            return Map.of("wrapped", String.valueOf(body));
        }

    }

}
