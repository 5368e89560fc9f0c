package dev.workflow.determinism;

import java.util.List;
import java.util.Set;

import dev.workflow.determinism.Call.Kind;
import dev.workflow.determinism.MethodCode.Guard;
import org.jspecify.annotations.Nullable;

/** Asks of one call which rule it breaks. */
final class CallRules {

    private static final List<String> TRANSACTIONAL = List
        .of("Lorg/springframework/transaction/annotation/Transactional;", "Ljakarta/transaction/Transactional;");

    private static final List<String> ASYNC = List.of("Lorg/springframework/scheduling/annotation/Async;",
            "Ljakarta/ejb/Asynchronous;");

    private final ForbiddenCalls forbidden = new ForbiddenCalls();

    private final ClassFiles files;

    private final Hierarchy hierarchy;

    private final ValueRules values;

    private final boolean pinning;

    /**
     * The rules.
     * @param files the class files
     * @param hierarchy what classes are
     * @param pinning whether a thread that waits inside of {@code synchronized} keeps its
     * carrier
     */
    CallRules(ClassFiles files, Hierarchy hierarchy, boolean pinning) {
        this.files = files;
        this.hierarchy = hierarchy;
        this.values = new ValueRules(files);
        this.pinning = pinning;
    }

    boolean isPinning() {
        return this.pinning;
    }

    /**
     * Whether the call is one of an activity, or of another workflow than that of these
     * types.
     */
    boolean isStub(Call call, Set<String> own) {
        if (call.kind() != Kind.VIRTUAL || own.contains(call.owner())) {
            return call.kind() == Kind.VIRTUAL && this.values.isStub(call.receiver());
        }
        return this.values.isStub(call.receiver()) || (mayBeAnnotated(call.owner())
                && (this.hierarchy.isActivity(call.owner()) || this.hierarchy.isWorkflow(call.owner())));
    }

    private static boolean mayBeAnnotated(String owner) {
        return !owner.startsWith("java/") && !owner.startsWith("[") && !owner.startsWith("org/springframework/");
    }

    /** The rule that the call breaks by what it names; null: none. */
    @Nullable Rule broken(Call call, Set<String> own) {
        Rule rule = this.forbidden.rule(call.owner(), call.name(), call.descriptor());
        if (rule != null) {
            return rule;
        }
        if (this.files.isApplication(call.owner())) {
            return brokenByType(call.owner(), call);
        }
        if (this.values.asksInjectedClock(call)) {
            return Rule.CLOCK;
        }
        if (this.values.drawsFromSharedRandom(call) && call.receiver() instanceof Value.Field field
                && !own.contains(field.owner())) {
            return Rule.RANDOM;
        }
        return (this.values.unordered(call) != null) ? Rule.UNORDERED : null;
    }

    private @Nullable Rule brokenByType(String owner, Call call) {
        if (call.kind() != Kind.VIRTUAL) {
            return null;
        }
        if (this.hierarchy.isRepository(owner)) {
            return Rule.DATABASE;
        }
        return this.hierarchy.isRemote(owner) ? Rule.IO : null;
    }

    /** The rule that is broken because the call leads to this method; null: none. */
    @Nullable Rule brokenBy(Call call, MethodCode target) {
        if (!target.type().isApplication()) {
            return this.forbidden.rule(target.type().name(), target.name(), target.descriptor());
        }
        if (call.kind() != Kind.VIRTUAL || !target.isVirtual()) {
            return null;
        }
        if (isAnnotated(target, TRANSACTIONAL)) {
            return Rule.TRANSACTION;
        }
        return isAnnotated(target, ASYNC) ? Rule.THREADS : null;
    }

    private boolean isAnnotated(MethodCode method, List<String> annotations) {
        return this.hierarchy.isPresent(method.annotations(), annotations)
                || this.hierarchy.isAnnotated(method.type().name(), annotations);
    }

    /** The call whose exception the handler waits for in vain; null: none. */
    @Nullable Call unreachable(MethodCode method, Guard guard, Set<String> own) {
        return new CatchRule(this.hierarchy, (call) -> isStub(call, own)).unreachable(method, guard);
    }

    /** What to call the call in a finding. */
    String display(Call call) {
        String origin = this.values.unordered(call);
        return (origin != null) ? origin + "(..), by " + call.name() + "()" : call.display();
    }

}
