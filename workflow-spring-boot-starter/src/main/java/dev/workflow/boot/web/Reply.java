package dev.workflow.boot.web;

import java.io.IOException;
import java.io.Writer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;

/** What a request is answered with. */
sealed interface Reply {

    /** The end of a stream, whose answer is written already. */
    Ready ENDED = empty(HttpStatus.OK);

    /**
     * The answer is here.
     *
     * @param status the status
     * @param headers headers beside those that every answer has
     * @param contentType the type of the body
     * @param body the body, or null
     */
    record Ready(HttpStatus status, Map<String, String> headers, String contentType,
            byte @Nullable [] body) implements Reply {

        Ready header(String name, String value) {
            return new Ready(this.status, Map.of(name, value), this.contentType, this.body);
        }

    }

    /**
     * The answer follows; no thread waits for it.
     *
     * @param reply completed with an answer that is ready, or with why there is none
     * @param timeout after which the request is given up; the reply has come before that
     * unless something is broken
     */
    record Later(CompletableFuture<Ready> reply, Duration timeout) implements Reply {
    }

    /**
     * The answer has no end yet.
     *
     * @param stream writes it
     */
    record Streaming(HistoryStream stream) implements Reply {
    }

    /**
     * A file, written as it is read.
     *
     * @param name its name
     * @param body writes it, as JSON
     */
    record Download(String name, Body body) implements Reply {

        /** Writes a body. */
        @FunctionalInterface
        interface Body {

            void writeTo(Writer writer) throws IOException;

        }

    }

    static Ready ok(Object body) {
        return json(HttpStatus.OK, body);
    }

    static Ready json(HttpStatus status, Object body) {
        return new Ready(status, Map.of(), "application/json", RestJson.write(body));
    }

    static Ready empty(HttpStatus status) {
        return new Ready(status, Map.of(), "application/json", null);
    }

    static Ready problem(HttpStatus status, byte[] body) {
        return new Ready(status, Map.of(), "application/problem+json", body);
    }

}
