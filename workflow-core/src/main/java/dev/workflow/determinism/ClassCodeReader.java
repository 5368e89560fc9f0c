package dev.workflow.determinism;

import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.springframework.asm.AnnotationVisitor;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.FieldVisitor;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.SpringAsmInfo;

/** Reads one class file. */
final class ClassCodeReader extends ClassVisitor {

    private static final String IGNORED = "Ldev/workflow/DeterminismIgnored;";

    private final boolean application;

    private @Nullable ClassCode code;

    ClassCodeReader(boolean application) {
        super(SpringAsmInfo.ASM_VERSION);
        this.application = application;
    }

    ClassCode code() {
        if (this.code == null) {
            throw new IllegalStateException("The class file declares no class");
        }
        return this.code;
    }

    @Override
    public void visit(int version, int access, String name, @Nullable String signature, @Nullable String superName,
            String @Nullable [] interfaces) {
        this.code = new ClassCode(name, access, superName, (interfaces != null) ? List.of(interfaces) : List.of(),
                this.application);
    }

    @Override
    public void visitSource(@Nullable String source, @Nullable String debug) {
        code().sourceFile(source);
    }

    @Override
    public @Nullable AnnotationVisitor visitAnnotation(String descriptor, boolean visible) {
        code().annotations().add(descriptor);
        return descriptor.equals(IGNORED) ? reason(code()::ignored) : null;
    }

    @Override
    public @Nullable FieldVisitor visitField(int access, String name, String descriptor, @Nullable String signature,
            @Nullable Object value) {
        code().field(name, access);
        return null;
    }

    @Override
    public MethodVisitor visitMethod(int access, String name, String descriptor, @Nullable String signature,
            String @Nullable [] exceptions) {
        MethodCode method = new MethodCode(code(), access, name, descriptor,
                (exceptions != null) ? List.of(exceptions) : List.of());
        code().methods().put(name + descriptor, method);
        return new MethodReader(method);
    }

    /** Tells the reason of a {@code @DeterminismIgnored}. */
    static @Nullable AnnotationVisitor reason(String descriptor, Consumer<String> target) {
        return descriptor.equals(IGNORED) ? reason(target) : null;
    }

    private static AnnotationVisitor reason(Consumer<String> target) {
        target.accept("");
        return new AnnotationVisitor(SpringAsmInfo.ASM_VERSION) {

            @Override
            public void visit(String name, Object value) {
                target.accept(value.toString());
            }

        };
    }

}
