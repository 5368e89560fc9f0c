package dev.workflow.boot.web;

import org.springframework.util.Assert;

/**
 * What can be set about the REST resources.
 *
 * @param basePath the path that all of them begin with, within the application; empty:
 * the root
 * @param allowAnonymous whether anyone may use them from anywhere
 * @param maxPayloadBytes the largest single payload, in bytes of UTF-8 JSON
 */
public record RestSettings(String basePath, boolean allowAnonymous, int maxPayloadBytes) {

    public RestSettings {
        while (basePath.endsWith("/")) {
            basePath = basePath.substring(0, basePath.length() - 1);
        }
        Assert.isTrue(basePath.isEmpty() || basePath.matches("(/[A-Za-z0-9._~-]+)+"),
                "workflow.rest.base-path must be a path of plain segments such as /api/v1, but is " + basePath);
        Assert.isTrue(maxPayloadBytes > 0, "The largest payload must be positive, but is " + maxPayloadBytes);
    }

}
