package dev.workflow.determinism;

import java.util.List;

import org.springframework.asm.Type;

/**
 * A call in a method.
 *
 * @param kind how the method is chosen
 * @param owner internal name of the class that the call names
 * @param name the method
 * @param descriptor its parameters and result
 * @param index position among the method's instructions
 * @param line line in the source
 * @param values what is known of the receiver, unless it is a static call, and of each
 * argument
 */
record Call(Kind kind, String owner, String name, String descriptor, int index, int line, List<Value> values) {

    Value receiver() {
        return (this.kind == Kind.STATIC || this.values.isEmpty()) ? Value.Known.UNKNOWN : this.values.getFirst();
    }

    boolean isConstructor() {
        return this.name.equals("<init>");
    }

    /** As the source has it, without arguments. */
    String display() {
        String type = this.owner.substring(this.owner.lastIndexOf('/') + 1).replace('$', '.');
        String arguments = (Type.getArgumentCount(this.descriptor) == 0) ? "()" : "(..)";
        return isConstructor() ? "new " + type + arguments : type + "." + this.name + arguments;
    }

    /** How the method is chosen that a call leads to. */
    enum Kind {

        /** By its class alone. */
        STATIC,

        /**
         * Constructors, private methods and those of the superclass: by its class alone.
         */
        SPECIAL,

        /** By the class of the receiver. */
        VIRTUAL

    }

}
