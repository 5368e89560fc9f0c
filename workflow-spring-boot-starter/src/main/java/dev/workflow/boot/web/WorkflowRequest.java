package dev.workflow.boot.web;

import java.util.function.BiPredicate;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.context.support.WebApplicationContextUtils;

/**
 * Names the REST resources in the rules of Spring Security, wherever their base path is:
 * <pre class="code">
 * http.authorizeHttpRequests((requests) -&gt; requests
 *     .requestMatchers(WorkflowRequest.toReads()).hasRole("WORKFLOW_VIEWER")
 *     .requestMatchers(WorkflowRequest.toAnyEndpoint()).hasRole("WORKFLOW_OPERATOR"));
 * </pre> The resources themselves ask no more than that the request is authenticated;
 * which roles may do what is said by such rules alone. Where the resources are switched
 * off the matchers match nothing.
 */
public final class WorkflowRequest {

    private WorkflowRequest() {
    }

    /**
     * All paths of the resources, whatever the method. What the application serves itself
     * beneath them is its own, for its own rules.
     */
    public static RequestMatcher toAnyEndpoint() {
        return new Matcher(EndpointTable::claims);
    }

    /** What changes nothing: lists, descriptions, histories, results and queries. */
    public static RequestMatcher toReads() {
        return new Matcher((endpoints, request) -> {
            EndpointTable.Match match = endpoints.match(request);
            return match != null && match.endpoint().readOnly();
        });
    }

    /**
     * What changes something: starts, signals, updates, cancellations, terminations and
     * completions of activities.
     */
    public static RequestMatcher toWrites() {
        return new Matcher((endpoints, request) -> {
            EndpointTable.Match match = endpoints.match(request);
            return match != null && !match.endpoint().readOnly();
        });
    }

    /** Asks the resources of the application that the request came to. */
    private record Matcher(BiPredicate<EndpointTable, HttpServletRequest> predicate) implements RequestMatcher {

        @Override
        public boolean matches(HttpServletRequest request) {
            WorkflowRest rest = rest(request);
            return rest != null && this.predicate.test(rest.endpoints(), request);
        }

        private static @Nullable WorkflowRest rest(HttpServletRequest request) {
            WebApplicationContext context = WebApplicationContextUtils
                .getRequiredWebApplicationContext(request.getServletContext());
            ObjectProvider<WorkflowRest> rest = context.getBeanProvider(WorkflowRest.class);
            return rest.getIfAvailable();
        }

    }

}
