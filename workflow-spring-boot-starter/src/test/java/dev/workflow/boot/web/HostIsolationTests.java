package dev.workflow.boot.web;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
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
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;
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
    void pathsWithoutAnOperationAreTheApplications() {
        for (String basePath : List.of("/api/v1", "/")) {
            String base = basePath.equals("/") ? "" : basePath;
            try (RestFixture fixture = new RestFixture(new RestSettings(basePath, false, 1_000), CrowdedHost.class)) {
                assertThat(fixture.mvc.get().uri(base + "/activities").exchange()).hasStatusOk();
                assertThat(fixture.mvc.get().uri(base + "/schedules/s-1/entries").exchange()).hasStatusOk();
                ProblemAssert.assertThat(fixture.mvc.get().uri(base + "/activities/none").exchange(), 404,
                        "unknown-resource");
                ProblemAssert.assertThat(fixture.mvc.delete().uri(base + "/workflows").exchange(), 405,
                        "method-not-allowed");
            }
        }
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void controllersThatAreNotReachedAreNamedOnce(CapturedOutput output) {
        try (RestFixture fixture = new RestFixture(new RestSettings("/api/v1", false, 1_000), CrowdedHost.class)) {
            fixture.rest
                .warnOfTaken(fixture.context().getBeanProvider(RequestMappingInfoHandlerMapping.class).stream());
            assertThat(fixture.mvc.get().uri("/api/v1/nodes").exchange()).bodyText().startsWith("{\"nodes\":[");
        }
        assertThat(output).containsOnlyOnce("workflow.rest.base-path")
            .contains("/api/v1/nodes in place of /api/v1/nodes (", "Crowd#nodes")
            .contains("/api/v1/workflows/{id} in place of /api/v1/workflows/{number}")
            .doesNotContain("/activities", "/schedules");
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void nothingIsSaidWhereAllControllersAreReached(CapturedOutput output) {
        try (RestFixture fixture = new RestFixture(new RestSettings("/engine", false, 1_000), CrowdedHost.class)) {
            fixture.rest
                .warnOfTaken(fixture.context().getBeanProvider(RequestMappingInfoHandlerMapping.class).stream());
        }
        assertThat(output).doesNotContain("workflow.rest.base-path");
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

    /** An application whose resources have names like ours. */
    @EnableWebMvc
    static class CrowdedHost {

        @Bean
        Crowd crowd() {
            return new Crowd();
        }

    }

    @RestController
    static class Crowd {

        @GetMapping({ "/api/v1/activities", "/activities" })
        Map<String, String> activities() {
            return Map.of("activity", "hiking");
        }

        @GetMapping({ "/api/v1/schedules/{id}/entries", "/schedules/{id}/entries" })
        Map<String, String> entries() {
            return Map.of("entry", "e-1");
        }

        @GetMapping("/api/v1/nodes")
        Map<String, String> nodes() {
            return Map.of("node", "n-1");
        }

        @GetMapping("/api/v1/workflows/{number}")
        Map<String, String> workflow() {
            return Map.of("workflow", "w-1");
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
