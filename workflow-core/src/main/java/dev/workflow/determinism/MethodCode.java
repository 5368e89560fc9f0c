package dev.workflow.determinism;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.asm.Opcodes;

/** What the check needs of one method. */
final class MethodCode {

    private final ClassCode type;

    private final int access;

    private final String name;

    private final String descriptor;

    private final List<String> exceptions;

    private final Set<String> annotations = new LinkedHashSet<>();

    private final List<Call> calls = new ArrayList<>();

    private final List<Value.Lambda> lambdas = new ArrayList<>();

    private final List<Value.Created> created = new ArrayList<>();

    private final List<Guard> guards = new ArrayList<>();

    private final Set<Integer> throwing = new HashSet<>();

    private int line;

    private @Nullable String ignored;

    /**
     * A method.
     * @param type its class
     * @param access its flags
     * @param name its name
     * @param descriptor its parameters and result
     * @param exceptions internal names of those that it declares
     */
    MethodCode(ClassCode type, int access, String name, String descriptor, List<String> exceptions) {
        this.type = type;
        this.access = access;
        this.name = name;
        this.descriptor = descriptor;
        this.exceptions = exceptions;
    }

    ClassCode type() {
        return this.type;
    }

    String name() {
        return this.name;
    }

    String descriptor() {
        return this.descriptor;
    }

    boolean isAbstract() {
        return (this.access & Opcodes.ACC_ABSTRACT) != 0;
    }

    /** Whether the compiler made it, only to call the one with the declared types. */
    boolean isBridge() {
        return (this.access & Opcodes.ACC_BRIDGE) != 0;
    }

    /** Whether subclasses can have another one in its place. */
    boolean isVirtual() {
        return (this.access & (Opcodes.ACC_STATIC | Opcodes.ACC_PRIVATE)) == 0 && !this.name.startsWith("<");
    }

    boolean isStatic() {
        return (this.access & Opcodes.ACC_STATIC) != 0;
    }

    List<String> exceptions() {
        return this.exceptions;
    }

    /** The first line of its code; 0 when unknown. */
    int line() {
        return this.line;
    }

    void line(int number) {
        this.line = (this.line == 0) ? number : this.line;
    }

    /** Descriptors of its annotations. */
    Set<String> annotations() {
        return this.annotations;
    }

    List<Call> calls() {
        return this.calls;
    }

    List<Value.Lambda> lambdas() {
        return this.lambdas;
    }

    List<Value.Created> created() {
        return this.created;
    }

    List<Guard> guards() {
        return this.guards;
    }

    /** The instruction throws an exception by itself. */
    void throwsAt(int index) {
        this.throwing.add(index);
    }

    boolean throwsWithin(Guard guard) {
        return this.throwing.stream().anyMatch(guard::covers);
    }

    /** Whether the instruction holds a monitor that this method took. */
    boolean isSynchronizedAt(int index) {
        return (this.access & Opcodes.ACC_SYNCHRONIZED) != 0
                || this.guards.stream().anyMatch((guard) -> guard.releasesMonitor() && guard.covers(index));
    }

    /** The reason of its {@code @DeterminismIgnored}, which may be blank. */
    @Nullable String ignored() {
        return this.ignored;
    }

    void ignored(String reason) {
        this.ignored = reason;
    }

    /**
     * Instructions whose exceptions go to a handler.
     *
     * @param start the first one
     * @param end the one after the last
     * @param exception internal name of what is caught; null: anything
     * @param releasesMonitor whether this is the end of {@code synchronized}
     * @param line line of the handler
     */
    record Guard(int start, int end, @Nullable String exception, boolean releasesMonitor, int line) {

        boolean covers(int index) {
            return this.start <= index && index < this.end;
        }

    }

}
