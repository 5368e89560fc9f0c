package dev.workflow.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadCodecs;
import dev.workflow.payload.PayloadException;
import dev.workflow.payload.StoredJson;
import dev.workflow.visibility.SearchAttributes;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes and reads what the engine itself stores as JSON outside of events: whatever is
 * or holds a payload goes through the codecs. Reading throws
 * {@link dev.workflow.payload.UnreadablePayloadException} where a payload cannot be
 * decoded here, unless it is a {@link #forPeople} reading.
 */
public final class EngineJson {

    private static final JsonMapper MAPPER = StoredJson.mapper().build();

    /** No input begins like this: it is an array, or what a codec made of one. */
    private static final String HEADER = "{\"~header\":";

    private static final String INPUT = ",\"input\":";

    private static final String IDENTITY = ",\"identity\":";

    private static final ObjectReader HEADERS = MAPPER.readerForMapOf(String.class);

    private static final ObjectReader MEMO = MAPPER.readerForMapOf(Json.class);

    private static final ObjectReader REQUEST = MAPPER.readerFor(Request.class);

    private static final ObjectReader TEXT = MAPPER.readerFor(String.class);

    private final PayloadCodecs codecs;

    private final ObjectWriter writer;

    private final ObjectReader failures;

    private final ObjectReader outcomes;

    private final ObjectReader childOutcomes;

    /** JSON whose payloads go through the given codecs. */
    public EngineJson(PayloadCodecs codecs) {
        this.codecs = codecs;
        this.writer = StoredJson.through(codecs, MAPPER.writer());
        this.failures = StoredJson.through(codecs, MAPPER.readerFor(FailureInfo.class));
        this.outcomes = StoredJson.through(codecs, MAPPER.readerFor(ActivityOutcome.class));
        this.childOutcomes = StoredJson.through(codecs, MAPPER.readerFor(ChildOutcome.class));
    }

    /** The same, showing what cannot be decoded as it is stored. */
    EngineJson forPeople() {
        return new EngineJson(this.codecs.lenient());
    }

    /** Writes a failure. */
    public String write(FailureInfo failure) {
        return StoredJson.write(this.writer, failure);
    }

    /** Reads a failure. */
    public FailureInfo readFailure(String json) {
        return read(this.failures, json);
    }

    /** Writes arguments, a result, details: what is one payload. */
    String writePayload(Json payload) {
        return this.codecs.encode(payload).text();
    }

    Json readPayload(String json) {
        return this.codecs.decode(new Json(json));
    }

    String writeOutcome(ActivityOutcome outcome) {
        return StoredJson.write(this.writer, outcome);
    }

    ActivityOutcome readOutcome(String json) {
        return read(this.outcomes, json);
    }

    String writeChildOutcome(ChildOutcome outcome) {
        return StoredJson.write(this.writer, outcome);
    }

    ChildOutcome readChildOutcome(String json) {
        return read(this.childOutcomes, json);
    }

    /**
     * Writes what a signal or update is sent with. Without a header and a sender, which
     * is the usual case, that is its input alone.
     */
    String writeCall(HandlerCall call) {
        if (call.header().isEmpty() && call.identity() == null) {
            return writePayload(call.input());
        }
        String header = StoredJson.write(MAPPER.writer(), call.header());
        String identity = (call.identity() != null) ? IDENTITY + writeText(call.identity()) : "";
        return HEADER + header + INPUT + writePayload(call.input()) + identity + "}";
    }

    HandlerCall readCall(String name, String json) {
        if (!json.startsWith(HEADER)) {
            return new HandlerCall(name, readPayload(json), Map.of());
        }
        Map<String, Json> call = read(MEMO, json);
        Map<String, String> header = read(HEADERS, call.getOrDefault("~header", Json.NULL).text());
        return new HandlerCall(name, readPayload(call.getOrDefault("input", Json.EMPTY_ARRAY).text()), header,
                readText(call.getOrDefault("identity", Json.NULL).text()));
    }

    String writeText(@Nullable String text) {
        return StoredJson.write(this.writer, text);
    }

    @Nullable String readText(String json) {
        return StoredJson.read(TEXT, json);
    }

    /** Writes what is asked of a run; where nobody is named, the reason alone. */
    String writeRequest(Request request) {
        return (request.identity() != null) ? StoredJson.write(this.writer, request) : writeText(request.reason());
    }

    Request readRequest(String json) {
        return json.startsWith("{") ? read(REQUEST, json) : new Request(readText(json), null);
    }

    /**
     * Writes why a run does not go on: plain text, unless payloads are encoded, since it
     * may quote one.
     */
    @Nullable String writeProblem(@Nullable String problem) {
        return (problem != null && this.codecs.isActive()) ? writePayload(new Json(writeText(problem))) : problem;
    }

    @Nullable String readProblem(@Nullable String stored) {
        if (stored == null) {
            return null;
        }
        Json decoded = readPayload(stored);
        // What is encoded is a JSON string; what is not, is the text itself.
        return decoded.text().equals(stored) ? stored : readText(decoded.text());
    }

    String writeMemo(Map<String, Json> memo) {
        Map<String, Json> stored = new LinkedHashMap<>();
        memo.forEach((name, value) -> stored.put(name, this.codecs.encodeMemo(value)));
        return StoredJson.write(MAPPER.writer(), stored);
    }

    Map<String, Json> readMemo(@Nullable String json) {
        if (json == null) {
            return Map.of();
        }
        Map<String, Json> memo = new LinkedHashMap<>();
        this.<Map<String, Json>>read(MEMO, json).forEach((name, value) -> memo.put(name, this.codecs.decode(value)));
        return memo;
    }

    String writeAttributes(Map<String, Object> attributes) {
        return SearchAttributes.toJson(attributes);
    }

    Map<String, Object> readAttributes(@Nullable String json) {
        return SearchAttributes.fromJson(json);
    }

    private <T> T read(ObjectReader reader, String json) {
        T value;
        try {
            value = StoredJson.read(reader, json);
        }
        catch (JacksonException ex) {
            throw new PayloadException("cannot read what the engine stored: " + StoredJson.reason(ex), ex);
        }
        return Objects.requireNonNull(value, "null where something was stored");
    }

}
