package dev.workflow.replay;

import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

import dev.workflow.Constraints;
import dev.workflow.failure.NonDeterminismException;
import dev.workflow.history.MarkerRecorded;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadConverter;
import org.jspecify.annotations.Nullable;

/** What the code recorded: side effects, changing values and versions. */
final class Markers {

    private static final String SIDE_EFFECT = "SideEffect";

    private static final String MUTABLE_SIDE_EFFECT = "MutableSideEffect";

    private static final String VERSION = "Version";

    private static final int DEFAULT_VERSION = -1;

    private final WorkflowThreads threads;

    private final CommandLog log;

    private final PayloadConverter payloads;

    private final Map<String, Integer> versions = new HashMap<>();

    private final Map<String, Long> mutableCalls = new HashMap<>();

    private final Map<String, Json> mutableValues = new HashMap<>();

    Markers(WorkflowThreads threads, CommandLog log, PayloadConverter payloads) {
        this.threads = threads;
        this.log = log;
        this.payloads = payloads;
    }

    <T> T sideEffect(Type type, Supplier<? extends T> supplier) {
        this.threads.requireCommandable("sideEffect");
        Json value = record(SIDE_EFFECT, null, () -> succeeding(() -> this.payloads.encode(ask(supplier))));
        return decode(value, type);
    }

    /**
     * A value that is recorded only when it changed. The marker holds the number of the
     * call that recorded it: in a replay the history's next marker says nothing about
     * which call of several it came from. Nor is a call new because the history ends
     * before it: the last turn may have made it, and have found nothing changed.
     */
    <T> T mutableSideEffect(String id, Type type, BiPredicate<T, T> changed, Supplier<? extends T> supplier) {
        this.threads.requireCommandable("mutableSideEffect");
        Json known = this.mutableValues.get(id);
        if (known == null && this.log.nextMarker(MUTABLE_SIDE_EFFECT, id) == null) {
            // Else it was recorded without one, and has to be passed.
            Constraints.notNull("id", id);
        }
        long call = this.mutableCalls.merge(id, 1L, Long::sum);
        boolean first = this.log.isAtEnd() && (known == null || !this.log.isReplaying());
        Json details = first
                ? this.<@Nullable Json>succeeding(() -> changedDetails(type, changed, supplier, known, call))
                : recordedDetails(id, known, call);
        if (details == null && known != null) {
            return decodeSecond(known, type);
        }
        Json recorded = record(MUTABLE_SIDE_EFFECT, id, () -> (details != null) ? details : Json.EMPTY_ARRAY);
        this.mutableValues.put(id, recorded);
        return decodeSecond(recorded, type);
    }

    private <T> @Nullable Json changedDetails(Type type, BiPredicate<T, T> changed, Supplier<? extends T> supplier,
            @Nullable Json known, long call) {
        T fresh = ask(supplier);
        boolean record = known == null || this.threads.readOnly("in a mutableSideEffect",
                () -> changed.test(decodeSecond(known, type), fresh));
        return record ? this.payloads.encodeArguments(call, fresh) : null;
    }

    private @Nullable Json recordedDetails(String id, @Nullable Json known, long call) {
        MarkerRecorded next = this.log.nextMarker(MUTABLE_SIDE_EFFECT, id);
        return (next != null && (known == null || callOf(next.details()) == call)) ? next.details() : null;
    }

    int version(String changeId, int minSupported, int maxSupported) {
        if (minSupported > maxSupported) {
            throw new IllegalArgumentException("Workflows.version(\"" + changeId + "\"): the oldest supported version "
                    + minSupported + " is above the newest, " + maxSupported);
        }
        this.threads.requireHeld();
        Constraints.notNull("changeId", changeId);
        Integer known = this.versions.get(changeId);
        int version = (known != null) ? known : firstVersion(changeId, maxSupported);
        if (version < minSupported || version > maxSupported) {
            NonDeterminismException divergence = this.log.divergence("WF-ND03", this.log.lastEventId(),
                    "version " + version + " of change '" + changeId + "'",
                    "require " + minSupported + " to " + maxSupported);
            if (this.threads.current() == null) {
                // A query or validator that cannot answer must not stop the run.
                throw divergence;
            }
            throw this.threads.fail(divergence);
        }
        return version;
    }

    /**
     * Leaves a trace that later code need not ask for. Whatever the history has of the
     * patch is fine: the trace, a version, or nothing, of code that has removed even this
     * call.
     */
    void deprecatePatch(String id) {
        this.threads.requireHeld();
        Constraints.notNull("id", id);
        if (this.versions.containsKey(id)) {
            return;
        }
        this.threads.requireCommandable("deprecatePatch");
        int version = DEFAULT_VERSION;
        if (this.log.nextMarker(VERSION, id) != null) {
            version = this.<Integer>decode(record(VERSION, id, () -> Json.NULL), Integer.class);
        }
        else if (this.log.isAtEnd() || hasTrace(id)) {
            version = trace(id);
        }
        this.versions.put(id, version);
    }

    private boolean hasTrace(String id) {
        return this.log.hasPassed(id) || this.log.nextMarker(CommandLog.DEPRECATED_PATCH, id) != null;
    }

    private int trace(String id) {
        if (!this.log.hasPassed(id)) {
            record(CommandLog.DEPRECATED_PATCH, id, () -> this.payloads.encode(1));
        }
        return 1;
    }

    // Code that is replayed past this place without a marker ran before the change was
    // made.
    private int firstVersion(String changeId, int maxSupported) {
        this.threads.requireCommandable("version");
        int version = DEFAULT_VERSION;
        if (hasTrace(changeId)) {
            version = trace(changeId);
        }
        else if (this.log.isAtEnd() || this.log.nextMarker(VERSION, changeId) != null) {
            Json recorded = record(VERSION, changeId, () -> this.payloads.encode(maxSupported));
            version = this.<Integer>decode(recorded, Integer.class);
        }
        this.versions.put(changeId, version);
        return version;
    }

    private Json record(String name, @Nullable String id, Supplier<Json> value) {
        CommandKey<MarkerRecorded> key = new CommandKey<>(MarkerRecorded.class, CommandKey.marker(name, id));
        return this.log.issue(key, (eventId, time) -> new MarkerRecorded(eventId, time, name, id, value.get()))
            .details();
    }

    /**
     * What throws here records nothing, so a replay would not know that it threw: the
     * code must not see it.
     */
    private <T extends @Nullable Object> T succeeding(Supplier<T> sideEffect) {
        try {
            return sideEffect.get();
        }
        catch (EvictedError ex) {
            throw ex;
        }
        catch (Throwable ex) {
            // Checked ones, too: not every compiler knows them.
            throw this.threads.fail(new WorkflowTaskFailedException(
                    "A side effect failed, and nothing of it was recorded; the run waits until it succeeds: " + ex,
                    ex));
        }
    }

    private <T> T ask(Supplier<? extends T> supplier) {
        return this.threads.readOnly("in a side effect", supplier::get);
    }

    private long callOf(Json details) {
        Object call = this.payloads.decodeArguments(details, long.class, Object.class)[0];
        return (call instanceof Long number) ? number : 0;
    }

    @SuppressWarnings({ "unchecked", "NullAway", "TypeParameterUnusedInFormals" })
    private <T> T decodeSecond(Json details, Type type) {
        return (T) this.payloads.decodeArguments(details, long.class, type)[1];
    }

    // Null is a value that code may record and receive, which T cannot say.
    @SuppressWarnings({ "unchecked", "NullAway", "TypeParameterUnusedInFormals" })
    private <T> T decode(Json json, Type type) {
        return (T) this.payloads.decode(json, type);
    }

}
