package dev.workflow.boot.web;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

import jakarta.servlet.http.HttpServletRequest;

import org.springframework.http.MediaType;

/** Reads bodies of bounded size and of the one accepted type. */
final class RequestBody {

    /** What may be around the largest payload. */
    private static final int ENVELOPE = 64 * 1024;

    /**
     * How much of a body that is too large is still taken, so that its sender gets to
     * read the answer.
     */
    private static final int DRAINED = 32 * 1024 * 1024;

    private final int maxPayloadBytes;

    RequestBody(int maxPayloadBytes) {
        this.maxPayloadBytes = maxPayloadBytes;
    }

    int maxPayloadBytes() {
        return this.maxPayloadBytes;
    }

    /** Refuses other types; where nothing is sent, there need not be one. */
    void checkType(HttpServletRequest request) {
        String type = request.getContentType();
        if (type != null && !isJson(type)) {
            throw unsupported(type);
        }
        String encoding = request.getHeader("Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw ProblemType.UNSUPPORTED_MEDIA_TYPE.because("Content-Encoding " + encoding + " is not supported.");
        }
    }

    byte[] read(HttpServletRequest request) {
        int limit = this.maxPayloadBytes + ENVELOPE;
        try {
            InputStream body = request.getInputStream();
            byte[] read = (request.getContentLengthLong() > limit) ? new byte[0] : body.readNBytes(limit + 1);
            if (read.length > limit || request.getContentLengthLong() > limit) {
                drain(body);
                throw tooLarge();
            }
            if (read.length > 0 && request.getContentType() == null) {
                throw unsupported("none");
            }
            return read;
        }
        catch (IOException ex) {
            throw ProblemType.INVALID_REQUEST.because("The body ended too early or could not be read.");
        }
    }

    private static RestProblem unsupported(String found) {
        return ProblemType.UNSUPPORTED_MEDIA_TYPE
            .because("Expected Content-Type: application/json in UTF-8, found " + found + ".");
    }

    RestProblem tooLarge() {
        return ProblemType.PAYLOAD_TOO_LARGE
            .because("A payload may have at most " + this.maxPayloadBytes + " bytes (workflow.payload.max-size).")
            .with("maxBytes", this.maxPayloadBytes);
    }

    private static void drain(InputStream body) throws IOException {
        byte[] buffer = new byte[16 * 1024];
        int drained = 0;
        int count;
        while (drained < DRAINED && (count = body.read(buffer)) >= 0) {
            drained += count;
        }
    }

    private static boolean isJson(String contentType) {
        try {
            MediaType type = MediaType.parseMediaType(contentType);
            Charset charset = type.getCharset();
            return MediaType.APPLICATION_JSON.equalsTypeAndSubtype(type)
                    && (charset == null || charset.equals(StandardCharsets.UTF_8));
        }
        catch (IllegalArgumentException ex) {
            return false;
        }
    }

}
