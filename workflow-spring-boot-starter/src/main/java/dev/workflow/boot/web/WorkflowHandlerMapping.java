package dev.workflow.boot.web;

import java.util.function.Predicate;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.web.HttpRequestHandler;
import org.springframework.web.servlet.handler.AbstractHandlerMapping;

/**
 * Hands requests over to the REST resources. Versions, converters and advice of the
 * application's own mappings do not apply to it.
 */
public final class WorkflowHandlerMapping extends AbstractHandlerMapping {

    private final Predicate<HttpServletRequest> claims;

    private final HttpRequestHandler handler;

    WorkflowHandlerMapping(Predicate<HttpServletRequest> claims, HttpRequestHandler handler, int order) {
        this.claims = claims;
        this.handler = handler;
        setOrder(order);
    }

    @Override
    protected @Nullable Object getHandlerInternal(HttpServletRequest request) {
        return this.claims.test(request) ? this.handler : null;
    }

}
