package dev.workflow.boot.web;

import org.assertj.core.api.AbstractStringAssert;
import org.assertj.core.api.Assertions;

import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** Problem details as every answer to a bad request has them. */
final class ProblemAssert {

    private ProblemAssert() {
    }

    /** Checks all of it but the detail, which is returned. */
    static AbstractStringAssert<?> assertThat(MvcTestResult result, int status, String type) {
        Assertions.assertThat(result).hasStatus(status).hasHeader("Content-Type", "application/problem+json");
        Assertions.assertThat(result).bodyJson().extractingPath("$.type").isEqualTo("urn:workflow:problem:" + type);
        Assertions.assertThat(result).bodyJson().extractingPath("$.status").isEqualTo(status);
        Assertions.assertThat(result).bodyJson().extractingPath("$.title").asString().isNotBlank();
        Assertions.assertThat(result)
            .bodyJson()
            .extractingPath("$.instance")
            .isEqualTo(result.getRequest().getRequestURI());
        Assertions.assertThat(result).bodyText().doesNotContain("\tat ", "Exception:", "tools.jackson");
        return Assertions.assertThat(result).bodyJson().extractingPath("$.detail").asString();
    }

}
