package dev.workflow.boot.web;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.Locale;
import java.util.regex.Pattern;

import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.web.cors.CorsUtils;

/**
 * Who may use the REST resources: whoever was authenticated (by Spring Security, whose
 * rules have then let the request pass, or by the servlet container), everybody where the
 * application says so, and otherwise only programs on this machine.
 * <p>
 * On this machine means: the connection comes from a loopback address, no proxy says that
 * it speaks for somebody else, and the {@code Host} is a loopback name, so that no web
 * page reaches the resources through a name that it lets point here (DNS rebinding). A
 * forwarded request is never local, even where a filter has made its client's address
 * look so: that address is what the client says. A proxy on this machine that adds no
 * such header cannot be told from a local program.
 */
final class AccessRules {

    /**
     * A mark on the request, so that a later dispatch of the same one is not asked again.
     */
    private static final String GRANTED = AccessRules.class.getName() + ".GRANTED";

    private static final Pattern FORWARDED = Pattern.compile("forwarded|x-forwarded-.*|x-real-ip|via");

    /** Not a name like cafe.de: what has no colon is digits. */
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[?[0-9a-fA-F.]*:[0-9a-fA-F:.]*(%.*)?]?");

    /** Set by Tomcat's valve for forwarded requests, which removes their headers. */
    private static final String TOMCAT_FORWARDED = "org.apache.tomcat.request.forwarded";

    private final boolean allowAnonymous;

    AccessRules(boolean allowAnonymous) {
        this.allowAnonymous = allowAnonymous;
    }

    /** Throws a problem unless the request's sender may use the resources. */
    void check(HttpServletRequest request) {
        if (Boolean.TRUE.equals(request.getAttribute(GRANTED))) {
            return;
        }
        if (!this.allowAnonymous && request.getUserPrincipal() == null) {
            checkLocal(request);
        }
        if (!isSafe(request.getMethod())) {
            checkOrigin(request);
        }
        request.setAttribute(GRANTED, true);
    }

    private static void checkLocal(HttpServletRequest request) {
        if (!isLoopback(request.getRemoteAddr()) || isForwarded(request)) {
            throw ProblemType.ACCESS_DENIED.because("Without authentication only programs on the same machine may use "
                    + "this. Guard it with Spring Security, or set workflow.rest.allow-anonymous=true.");
        }
        if (!isLoopbackName(request.getServerName())) {
            throw ProblemType.UNTRUSTED_HOST
                .because("Without authentication the host must be localhost or a loopback address.");
        }
    }

    private static void checkOrigin(HttpServletRequest request) {
        if (isForeignOrigin(request)) {
            throw ProblemType.FOREIGN_ORIGIN.because("A page of another origin may not do this.");
        }
    }

    private static boolean isForeignOrigin(HttpServletRequest request) {
        try {
            return CorsUtils.isCorsRequest(request);
        }
        catch (IllegalArgumentException ex) {
            return true;
        }
    }

    /**
     * Looks at what the container received, too: wrappers remove the headers and replace
     * the address.
     */
    private static boolean isForwarded(HttpServletRequest request) {
        HttpServletRequest original = request;
        while (original instanceof ServletRequestWrapper wrapper
                && wrapper.getRequest() instanceof HttpServletRequest wrapped) {
            original = wrapped;
        }
        return hasForwardedHeader(request) || hasForwardedHeader(original) || !isLoopback(original.getRemoteAddr())
                || Boolean.TRUE.equals(original.getAttribute(TOMCAT_FORWARDED));
    }

    private static boolean hasForwardedHeader(HttpServletRequest request) {
        return Collections.list(request.getHeaderNames())
            .stream()
            .anyMatch((name) -> FORWARDED.matcher(name.toLowerCase(Locale.ROOT)).matches());
    }

    private static boolean isLoopbackName(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost") || name.endsWith(".localhost") || isLoopback(name);
    }

    private static boolean isLoopback(String address) {
        try {
            // Only literal addresses, so that no name is looked up.
            return isLiteral(address) && InetAddress.getByName(address).isLoopbackAddress();
        }
        catch (UnknownHostException ex) {
            return false;
        }
    }

    static boolean isLiteral(String address) {
        return ADDRESS.matcher(address).matches();
    }

    private static boolean isSafe(String method) {
        return method.equals("GET") || method.equals("HEAD");
    }

}
