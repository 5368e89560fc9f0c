package dev.workflow.determinism;

import java.util.ArrayList;
import java.util.List;

import dev.workflow.determinism.Value.Known;
import org.springframework.asm.Opcodes;

/**
 * The operand stack and the local variables while the instructions of a method go by in
 * the order of the class file. A long or double takes two places. Where several ways
 * meet, a value that a rule is about wins.
 */
final class OperandStack {

    private final List<Value> stack = new ArrayList<>();

    private final List<Value> locals = new ArrayList<>();

    void push(Value value) {
        this.stack.add(value);
    }

    /** The result of an instruction: nothing, one or two places. */
    void push(Value value, int size) {
        for (int i = 0; i < size; i++) {
            this.stack.add((size == 1) ? value : Known.UNKNOWN);
        }
    }

    Value pop() {
        return this.stack.isEmpty() ? Known.UNKNOWN : this.stack.removeLast();
    }

    Value pop(int size) {
        Value value = Known.UNKNOWN;
        for (int i = 0; i < size; i++) {
            value = pop();
        }
        return (size == 1) ? value : Known.UNKNOWN;
    }

    Value peek() {
        return this.stack.isEmpty() ? Known.UNKNOWN : this.stack.getLast();
    }

    Value local(int index) {
        return (index < this.locals.size()) ? this.locals.get(index) : Known.UNKNOWN;
    }

    void local(int index, Value value) {
        while (this.locals.size() <= index) {
            this.locals.add(Known.UNKNOWN);
        }
        this.locals.set(index, value);
    }

    /** The instructions that move what is on the stack. */
    void move(int opcode) {
        switch (opcode) {
            case Opcodes.POP -> pop();
            case Opcodes.POP2 -> pop(2);
            case Opcodes.DUP -> copy(1, 0);
            case Opcodes.DUP_X1 -> copy(1, 1);
            case Opcodes.DUP_X2 -> copy(1, 2);
            case Opcodes.DUP2 -> copy(2, 0);
            case Opcodes.DUP2_X1 -> copy(2, 1);
            case Opcodes.DUP2_X2 -> copy(2, 2);
            case Opcodes.SWAP -> {
                Value top = pop();
                Value below = pop();
                push(top);
                push(below);
            }
            default -> throw new IllegalArgumentException("Not an instruction that moves: " + opcode);
        }
    }

    private void copy(int places, int below) {
        while (this.stack.size() < places + below) {
            this.stack.addFirst(Known.UNKNOWN);
        }
        int top = this.stack.size() - places;
        List<Value> copied = List.copyOf(this.stack.subList(top, this.stack.size()));
        this.stack.addAll(top - below, copied);
    }

    /** The stack has that many places here, whatever the way. */
    void meet(int places, boolean reachable) {
        if (!reachable || this.stack.size() != places) {
            this.stack.clear();
            for (int i = 0; i < places; i++) {
                push(Known.UNKNOWN);
            }
        }
    }

    List<Value> locals() {
        return List.copyOf(this.locals);
    }

    /** Another way leads here, with these variables. */
    void join(List<Value> others, boolean reachable) {
        if (!reachable) {
            this.stack.clear();
            this.locals.clear();
            this.locals.addAll(others);
            return;
        }
        for (int i = 0; i < others.size(); i++) {
            if (!local(i).isTracked()) {
                local(i, others.get(i));
            }
        }
    }

    void forgetLocals(int from) {
        while (this.locals.size() > from) {
            this.locals.removeLast();
        }
    }

}
