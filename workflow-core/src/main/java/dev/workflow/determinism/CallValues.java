package dev.workflow.determinism;

import java.util.List;
import java.util.Set;

import dev.workflow.determinism.Value.Known;
import dev.workflow.determinism.Value.Use;
import org.springframework.asm.Type;

/** What calls of libraries and of {@code Workflows} do with values. */
final class CallValues {

    private static final String WORKFLOWS = "dev/workflow/Workflows";

    private static final Set<String> VIEWS = Set.of("keySet", "entrySet", "values");

    private static final Set<String> ORDERLESS = Set.of("toSet", "toUnmodifiableSet", "toUnmodifiableMap", "counting",
            "summingInt", "summingLong", "summingDouble", "averagingInt", "averagingLong", "averagingDouble",
            "summarizingInt", "summarizingLong", "summarizingDouble", "minBy", "maxBy");

    private static final Set<String> STREAM_STEPS = Set.of("filter", "map", "mapToInt", "mapToLong", "mapToDouble",
            "mapToObj", "flatMap", "mapMulti", "peek", "distinct", "boxed", "onClose", "sequential");

    private CallValues() {
    }

    /** What is known of the call's result. */
    static Value result(Call call) {
        return switch (call.owner()) {
            case WORKFLOWS ->
                List.of("activities", "localActivities", "withOptions").contains(call.name()) || isStubOfChild(call)
                        ? Known.STUB : Known.UNKNOWN;
            case "java/util/Set" ->
                isUnordered(call, 2) ? new Value.Unordered("Set." + call.name()) : ofCollection(call);
            case "java/util/Map" ->
                isUnordered(call, 4) ? new Value.Unordered("Map." + call.name()) : ofCollection(call);
            case "java/util/stream/Collectors" -> collector(call.name());
            case "java/util/List" -> call.name().equals("copyOf") ? call.values().getFirst() : ofCollection(call);
            case "java/util/Collections" ->
                call.name().startsWith("unmodifiable") ? call.values().getFirst() : Known.UNKNOWN;
            default -> call.owner().startsWith("java/util/stream/") ? ofStream(call) : ofCollection(call);
        };
    }

    private static boolean isStubOfChild(Call call) {
        return call.name().equals("child") && call.descriptor().startsWith("(Ljava/lang/Class;");
    }

    /** Up to one element is in order anyway. */
    private static boolean isUnordered(Call call, int arguments) {
        return switch (call.name()) {
            case "copyOf", "ofEntries" -> call.kind() == Call.Kind.STATIC;
            case "of" -> Type.getArgumentCount(call.descriptor()) >= arguments || call.descriptor().startsWith("([");
            default -> false;
        };
    }

    private static Value collector(String name) {
        if (name.startsWith("toUnmodifiable") && !name.equals("toUnmodifiableList")) {
            return Known.UNORDERED_COLLECTOR;
        }
        return ORDERLESS.contains(name) ? Known.ORDERLESS_COLLECTOR : Known.UNKNOWN;
    }

    private static Value ofCollection(Call call) {
        Value receiver = call.receiver();
        if (!isCollection(receiver) || !call.owner().startsWith("java/util/")) {
            return Known.UNKNOWN;
        }
        if (VIEWS.contains(call.name())) {
            return receiver;
        }
        return call.name().equals("stream") ? new Value.StreamOf(receiver) : Known.UNKNOWN;
    }

    private static Value ofStream(Call call) {
        if (call.name().equals("collect") && call.values().getLast() == Known.UNORDERED_COLLECTOR) {
            return new Value.Unordered("Collectors.toUnmodifiable..");
        }
        return (call.receiver() instanceof Value.StreamOf && STREAM_STEPS.contains(call.name())) ? call.receiver()
                : Known.UNKNOWN;
    }

    private static boolean isCollection(Value value) {
        return value instanceof Value.Unordered || value instanceof Value.Field || value instanceof Value.Created;
    }

    /** Notes what becomes of lambdas and objects that the call takes. */
    static void hand(Call call) {
        if (call.name().equals("sort") && call.owner().startsWith("java/util/")
                && call.values().getFirst() instanceof Value.Created list) {
            list.sorted();
        }
        Use use = use(call);
        if (use == Use.CALLED) {
            return;
        }
        for (Value value : call.values()) {
            if (value instanceof Value.Code code && value != call.receiver()) {
                code.use(use);
            }
        }
    }

    private static Use use(Call call) {
        if (!call.owner().startsWith("dev/workflow/") || call.isConstructor()) {
            return Use.CALLED;
        }
        if (call.descriptor().contains("Ldev/workflow/Call;")
                || call.descriptor().contains("Ldev/workflow/VoidCall;")) {
            return Use.RECORDED;
        }
        return switch (call.name()) {
            case "sideEffect", "mutableSideEffect" -> Use.SIDE_EFFECT;
            case "async" -> Use.OTHER_THREAD;
            case "onQuery", "onAnyQuery" -> Use.QUERY;
            default -> Use.CALLED;
        };
    }

}
