package dev.workflow.determinism;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.asm.Opcodes;

/** What the check needs of one class file. */
final class ClassCode {

    private final String name;

    private final int access;

    private final @Nullable String superName;

    private final List<String> interfaces;

    private final boolean application;

    private @Nullable String sourceFile;

    private final Map<String, MethodCode> methods = new LinkedHashMap<>();

    private final Set<String> annotations = new LinkedHashSet<>();

    private final Map<String, Integer> fields = new LinkedHashMap<>();

    private final Map<String, List<Value>> assigned = new LinkedHashMap<>();

    private @Nullable String ignored;

    /**
     * A class.
     * @param name internal name
     * @param access its flags
     * @param superName internal name of its superclass; only {@code Object} has none
     * @param interfaces internal names
     * @param application whether its code was read, too
     */
    ClassCode(String name, int access, @Nullable String superName, List<String> interfaces, boolean application) {
        this.name = name;
        this.access = access;
        this.superName = superName;
        this.interfaces = interfaces;
        this.application = application;
    }

    String name() {
        return this.name;
    }

    String displayName() {
        return this.name.replace('/', '.');
    }

    boolean isApplication() {
        return this.application;
    }

    /** Whether others implement what its methods do. */
    boolean isAbstract() {
        return (this.access & (Opcodes.ACC_INTERFACE | Opcodes.ACC_ABSTRACT)) != 0;
    }

    @Nullable String superName() {
        return this.superName;
    }

    List<String> interfaces() {
        return this.interfaces;
    }

    @Nullable String sourceFile() {
        return this.sourceFile;
    }

    void sourceFile(@Nullable String file) {
        this.sourceFile = file;
    }

    Map<String, MethodCode> methods() {
        return this.methods;
    }

    @Nullable MethodCode method(String methodName, String descriptor) {
        return this.methods.get(methodName + descriptor);
    }

    /** Descriptors of its annotations. */
    Set<String> annotations() {
        return this.annotations;
    }

    /** The reason of its {@code @DeterminismIgnored}, which may be blank. */
    @Nullable String ignored() {
        return this.ignored;
    }

    void ignored(String reason) {
        this.ignored = reason;
    }

    void field(String fieldName, int fieldAccess) {
        this.fields.put(fieldName, fieldAccess);
    }

    void assign(String fieldName, Value value) {
        this.assigned.computeIfAbsent(fieldName, (key) -> new ArrayList<>()).add(value);
    }

    /**
     * All that is ever assigned to the field; empty when other classes may assign more.
     */
    List<Value> assignedTo(String fieldName) {
        int flags = this.fields.getOrDefault(fieldName, 0);
        boolean closed = (flags & (Opcodes.ACC_PRIVATE | Opcodes.ACC_FINAL)) != 0;
        return closed ? this.assigned.getOrDefault(fieldName, List.of()) : List.of();
    }

}
