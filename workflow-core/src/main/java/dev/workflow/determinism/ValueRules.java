package dev.workflow.determinism;

import java.util.List;
import java.util.Set;

import dev.workflow.determinism.Value.Known;
import org.jspecify.annotations.Nullable;

/** The rules that depend on what a call is made with. */
final class ValueRules {

    private static final Set<String> ITERATIONS = Set.of("iterator", "forEach", "spliterator");

    private static final Set<String> STREAM_ENDS = Set.of("forEach", "forEachOrdered", "toList", "findFirst", "findAny",
            "iterator", "spliterator");

    private static final Set<String> CLOCKS = Set.of("java/time/Clock", "java/time/InstantSource");

    private final ClassFiles files;

    ValueRules(ClassFiles files) {
        this.files = files;
    }

    /**
     * What gives the call of a library an order that differs between processes, for
     * example {@code Set.of}; null when nothing does.
     */
    @Nullable String unordered(Call call) {
        Value receiver = call.receiver();
        if (receiver instanceof Value.StreamOf stream) {
            boolean ends = STREAM_ENDS.contains(call.name())
                    || (call.name().equals("collect") && call.values().getLast() != Known.ORDERLESS_COLLECTOR
                            && call.values().getLast() != Known.UNORDERED_COLLECTOR);
            return ends ? origin(stream.source()) : null;
        }
        if (call.owner().equals("java/lang/String") && call.name().equals("join")) {
            return origin(call.values().getLast());
        }
        boolean iterates = ITERATIONS.contains(call.name())
                && (call.owner().startsWith("java/util/") || call.owner().equals("java/lang/Iterable"));
        return iterates ? origin(receiver) : null;
    }

    private @Nullable String origin(Value value) {
        if (value instanceof Value.Unordered unordered) {
            return unordered.origin();
        }
        if (value instanceof Value.Created created) {
            return origin(created.source());
        }
        List<Value> assigned = assigned(value);
        return (!assigned.isEmpty() && assigned.stream().allMatch(Value.Unordered.class::isInstance))
                ? origin(assigned.getFirst()) : null;
    }

    /** Whether the call asks a clock that was injected. */
    boolean asksInjectedClock(Call call) {
        if (CLOCKS.contains(call.owner())) {
            return (call.name().equals("instant") || call.name().equals("millis")) && isInjected(call.receiver());
        }
        return call.name().equals("now") && call.owner().startsWith("java/time/")
                && call.descriptor().startsWith("(Ljava/time/Clock;") && isInjected(call.values().getFirst());
    }

    private boolean isInjected(Value value) {
        return value instanceof Value.Field field && this.files.isApplication(field.owner())
                && assigned(value).stream().allMatch((assigned) -> assigned == Known.PARAMETER);
    }

    /**
     * Whether the call draws from a generator that one process shares, and that has no
     * seed.
     */
    boolean drawsFromSharedRandom(Call call) {
        List<Value> assigned = assigned(call.receiver());
        return call.owner().equals("java/util/Random") && call.receiver() instanceof Value.Field field
                && field.isStatic() && !assigned.isEmpty() && assigned.stream().allMatch(ValueRules::isUnseeded);
    }

    private static boolean isUnseeded(Value value) {
        return value instanceof Value.Created created && created.type().equals("java/util/Random")
                && created.isWithoutArguments();
    }

    /** Whether the receiver stands for an activity or a child workflow. */
    boolean isStub(Value receiver) {
        List<Value> assigned = assigned(receiver);
        return receiver == Known.STUB
                || (!assigned.isEmpty() && assigned.stream().allMatch((value) -> value == Known.STUB));
    }

    private List<Value> assigned(Value value) {
        ClassCode owner = (value instanceof Value.Field field) ? this.files.find(field.owner()) : null;
        return (value instanceof Value.Field field && owner != null) ? owner.assignedTo(field.name()) : List.of();
    }

}
