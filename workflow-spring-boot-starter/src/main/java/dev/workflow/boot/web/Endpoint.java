package dev.workflow.boot.web;

import java.util.stream.Stream;

import org.springframework.http.HttpMethod;

/**
 * One operation.
 *
 * @param method its HTTP method
 * @param path its path under the base path, with variables in braces
 * @param readOnly whether it changes nothing
 * @param handler what it does
 */
record Endpoint(HttpMethod method, String path, boolean readOnly, Handler handler) {

    /** Answers a request; what it throws becomes problem details. */
    @FunctionalInterface
    interface Handler {

        Reply handle(RestCall call) throws Exception;

    }

    static Endpoint get(String path, Handler handler) {
        return new Endpoint(HttpMethod.GET, path, true, handler);
    }

    /** A question that needs a body. */
    static Endpoint ask(String path, Handler handler) {
        return new Endpoint(HttpMethod.POST, path, true, handler);
    }

    static Endpoint post(String path, Handler handler) {
        return new Endpoint(HttpMethod.POST, path, false, handler);
    }

    static Endpoint patch(String path, Handler handler) {
        return new Endpoint(HttpMethod.PATCH, path, false, handler);
    }

    boolean hasBody() {
        return this.method.equals(HttpMethod.POST) || this.method.equals(HttpMethod.PATCH)
                || this.method.equals(HttpMethod.PUT);
    }

    static Endpoint put(String path, Handler handler) {
        return new Endpoint(HttpMethod.PUT, path, false, handler);
    }

    boolean accepts(String httpMethod) {
        return methods().anyMatch(httpMethod::equals);
    }

    /** The methods that it answers: what can be read can be asked for by HEAD, too. */
    Stream<String> methods() {
        return this.method.equals(HttpMethod.GET) ? Stream.of("GET", "HEAD") : Stream.of(this.method.name());
    }

}
