package dev.workflow.determinism;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.workflow.determinism.Call.Kind;
import dev.workflow.determinism.MethodCode.Guard;
import dev.workflow.determinism.Value.Known;
import org.jspecify.annotations.Nullable;
import org.springframework.asm.AnnotationVisitor;
import org.springframework.asm.ConstantDynamic;
import org.springframework.asm.Handle;
import org.springframework.asm.Label;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.SpringAsmInfo;
import org.springframework.asm.Type;

/**
 * Reads the code of one method: its calls with what is known of their values, the lambdas
 * and objects it makes, and what its handlers guard. Instructions are followed once, in
 * the order of the class file; its frames say how the stack looks where ways meet.
 */
final class MethodReader extends MethodVisitor {

    private final MethodCode code;

    private final OperandStack operands = new OperandStack();

    private final Map<Label, Integer> positions = new HashMap<>();

    private final Map<Label, Integer> lines = new HashMap<>();

    private final Map<Label, List<Value>> jumps = new HashMap<>();

    private final List<Handler> handlers = new ArrayList<>();

    private final Set<Integer> monitorExits = new HashSet<>();

    private boolean reachable = true;

    private int index;

    private int line;

    MethodReader(MethodCode code) {
        super(SpringAsmInfo.ASM_VERSION);
        this.code = code;
    }

    @Override
    public @Nullable AnnotationVisitor visitAnnotation(String descriptor, boolean visible) {
        this.code.annotations().add(descriptor);
        return ClassCodeReader.reason(descriptor, this.code::ignored);
    }

    @Override
    public void visitCode() {
        int local = this.code.isStatic() ? 0 : 1;
        for (Type parameter : Type.getArgumentTypes(this.code.descriptor())) {
            this.operands.local(local, Known.PARAMETER);
            local += parameter.getSize();
        }
    }

    @Override
    public void visitTryCatchBlock(Label start, Label end, Label handler, @Nullable String type) {
        this.handlers.add(new Handler(start, end, handler, type));
    }

    @Override
    public void visitLineNumber(int number, Label start) {
        this.line = number;
        this.code.line(number);
        this.lines.put(start, number);
    }

    @Override
    public void visitLabel(Label label) {
        this.positions.put(label, this.index);
        List<Value> others = this.jumps.get(label);
        if (others != null) {
            this.operands.join(others, this.reachable);
            this.reachable = true;
        }
    }

    @Override
    public void visitFrame(int type, int numLocal, Object @Nullable [] local, int numStack, Object @Nullable [] stack) {
        int places = 0;
        for (int i = 0; i < numStack; i++) {
            places += size((stack != null) ? stack[i] : Opcodes.TOP);
        }
        int variables = 0;
        for (int i = 0; i < numLocal; i++) {
            variables += size((local != null) ? local[i] : Opcodes.TOP);
        }
        this.operands.meet(places, this.reachable);
        this.operands.forgetLocals(this.reachable ? variables : 0);
        this.reachable = true;
    }

    private static int size(Object frameType) {
        return (frameType == Opcodes.LONG || frameType == Opcodes.DOUBLE) ? 2 : 1;
    }

    @Override
    public void visitInsn(int opcode) {
        if (opcode >= Opcodes.POP && opcode <= Opcodes.SWAP) {
            this.operands.move(opcode);
        }
        else {
            apply(opcode);
        }
        if (opcode == Opcodes.MONITOREXIT) {
            this.monitorExits.add(this.index);
        }
        if (opcode == Opcodes.ATHROW) {
            this.code.throwsAt(this.index);
        }
        next(opcode);
    }

    @Override
    public void visitIntInsn(int opcode, int operand) {
        apply(opcode);
        next(opcode);
    }

    @Override
    public void visitVarInsn(int opcode, int variable) {
        switch (opcode) {
            case Opcodes.ILOAD, Opcodes.FLOAD -> this.operands.push(Known.UNKNOWN);
            case Opcodes.LLOAD, Opcodes.DLOAD -> this.operands.push(Known.UNKNOWN, 2);
            case Opcodes.ALOAD -> this.operands.push(this.operands.local(variable));
            case Opcodes.LSTORE, Opcodes.DSTORE -> {
                this.operands.pop(2);
                this.operands.local(variable, Known.UNKNOWN);
                this.operands.local(variable + 1, Known.UNKNOWN);
            }
            default -> this.operands.local(variable, this.operands.pop());
        }
        next(opcode);
    }

    @Override
    public void visitTypeInsn(int opcode, String type) {
        if (opcode == Opcodes.NEW) {
            Value.Created created = new Value.Created(type, this.line);
            this.code.created().add(created);
            this.operands.push(created);
        }
        else if (opcode != Opcodes.CHECKCAST) {
            apply(opcode);
        }
        next(opcode);
    }

    @Override
    public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
        int size = Type.getType(descriptor).getSize();
        switch (opcode) {
            case Opcodes.GETSTATIC -> this.operands.push(new Value.Field(owner, name, true), size);
            case Opcodes.GETFIELD -> {
                this.operands.pop();
                this.operands.push(new Value.Field(owner, name, false), size);
            }
            default -> {
                Value value = this.operands.pop(size);
                if (opcode == Opcodes.PUTFIELD) {
                    this.operands.pop();
                }
                if (owner.equals(this.code.type().name())) {
                    this.code.type().assign(name, value);
                }
            }
        }
        next(opcode);
    }

    @Override
    public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
        List<Value> values = arguments(descriptor);
        if (opcode != Opcodes.INVOKESTATIC) {
            values.addFirst(this.operands.pop());
        }
        Call call = new Call(kind(opcode), owner, name, descriptor, this.index, this.line, List.copyOf(values));
        this.code.calls().add(call);
        if (call.isConstructor() && call.receiver() instanceof Value.Created created) {
            created.constructed(call);
        }
        CallValues.hand(call);
        this.operands.push(CallValues.result(call), Type.getReturnType(descriptor).getSize());
        next(opcode);
    }

    private static Kind kind(int opcode) {
        return switch (opcode) {
            case Opcodes.INVOKESTATIC -> Kind.STATIC;
            case Opcodes.INVOKESPECIAL -> Kind.SPECIAL;
            default -> Kind.VIRTUAL;
        };
    }

    @Override
    public void visitInvokeDynamicInsn(String name, String descriptor, Handle bootstrap, Object... arguments) {
        arguments(descriptor);
        Value value = Known.UNKNOWN;
        if (bootstrap.getOwner().equals("java/lang/invoke/LambdaMetafactory") && arguments.length > 1
                && arguments[1] instanceof Handle target) {
            Value.Lambda lambda = new Value.Lambda(new Call(kindOf(target), target.getOwner(), target.getName(),
                    target.getDesc(), this.index, this.line, List.of()));
            this.code.lambdas().add(lambda);
            value = lambda;
        }
        this.operands.push(value, Type.getReturnType(descriptor).getSize());
        next(Opcodes.INVOKEDYNAMIC);
    }

    private static Kind kindOf(Handle handle) {
        return switch (handle.getTag()) {
            case Opcodes.H_INVOKESTATIC -> Kind.STATIC;
            case Opcodes.H_INVOKESPECIAL, Opcodes.H_NEWINVOKESPECIAL -> Kind.SPECIAL;
            default -> Kind.VIRTUAL;
        };
    }

    private List<Value> arguments(String descriptor) {
        List<Value> values = new ArrayList<>();
        for (Type argument : List.of(Type.getArgumentTypes(descriptor)).reversed()) {
            values.addFirst(this.operands.pop(argument.getSize()));
        }
        return values;
    }

    @Override
    public void visitJumpInsn(int opcode, Label label) {
        apply(opcode);
        jump(label);
        next(opcode);
    }

    @Override
    public void visitLdcInsn(Object value) {
        boolean wide = value instanceof Long || value instanceof Double
                || (value instanceof ConstantDynamic dynamic && dynamic.getSize() == 2);
        this.operands.push(Known.UNKNOWN, wide ? 2 : 1);
        next(Opcodes.LDC);
    }

    @Override
    public void visitIincInsn(int variable, int increment) {
        next(Opcodes.IINC);
    }

    @Override
    public void visitTableSwitchInsn(int min, int max, Label other, Label... labels) {
        choose(other, labels);
    }

    @Override
    public void visitLookupSwitchInsn(Label other, int[] keys, Label[] labels) {
        choose(other, labels);
    }

    private void choose(Label other, Label[] labels) {
        this.operands.pop();
        jump(other);
        for (Label label : labels) {
            jump(label);
        }
        next(Opcodes.GOTO);
    }

    @Override
    public void visitMultiANewArrayInsn(String descriptor, int dimensions) {
        this.operands.pop(dimensions);
        this.operands.push(Known.UNKNOWN);
        next(Opcodes.MULTIANEWARRAY);
    }

    @Override
    public void visitEnd() {
        for (Handler handler : this.handlers) {
            int target = this.positions.getOrDefault(handler.target(), 0);
            // javac's handler stores the exception, loads the monitor and leaves it.
            boolean releasesMonitor = handler.type() == null && this.monitorExits.contains(target + 2);
            this.code.guards()
                .add(new Guard(this.positions.getOrDefault(handler.start(), 0),
                        this.positions.getOrDefault(handler.end(), 0), handler.type(), releasesMonitor,
                        this.lines.getOrDefault(handler.target(), 0)));
        }
    }

    private void apply(int opcode) {
        StackEffect effect = StackEffect.of(opcode);
        for (int i = 0; i < effect.taken(); i++) {
            this.operands.pop();
        }
        for (int i = 0; i < effect.put(); i++) {
            this.operands.push(Known.UNKNOWN);
        }
    }

    private void jump(Label label) {
        if (!this.positions.containsKey(label)) {
            this.jumps.merge(label, this.operands.locals(), MethodReader::either);
        }
    }

    private static List<Value> either(List<Value> some, List<Value> others) {
        OperandStack joined = new OperandStack();
        joined.join(some, false);
        joined.join(others, true);
        return joined.locals();
    }

    private void next(int opcode) {
        this.index++;
        if (StackEffect.endsWay(opcode)) {
            this.reachable = false;
        }
    }

    private record Handler(Label start, Label end, Label target, @Nullable String type) {
    }

}
