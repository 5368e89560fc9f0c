package dev.workflow.boot.autoconfigure;

import java.util.List;
import java.util.Map;

import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;

import dev.workflow.interceptor.ContextPropagator;

/**
 * Carries the name of the authenticated principal along, and nothing else of it: no
 * credentials, no authorities. What was allowed when a workflow was started may not be
 * allowed any more when its activity runs, months later.
 */
final class PrincipalContextPropagator implements ContextPropagator {

    @Override
    public Map<String, String> capture() {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        if (authentication == null || !authentication.isAuthenticated()
                || authentication instanceof AnonymousAuthenticationToken) {
            return Map.of();
        }
        return Map.of(PRINCIPAL, authentication.getName());
    }

    @Override
    public AutoCloseable restore(Map<String, String> headers) {
        SecurityContext before = SecurityContextHolder.getContext();
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        String name = headers.get(PRINCIPAL);
        if (name != null) {
            context.setAuthentication(UsernamePasswordAuthenticationToken.authenticated(name, null, List.of()));
        }
        SecurityContextHolder.setContext(context);
        return () -> SecurityContextHolder.setContext(before);
    }

}
