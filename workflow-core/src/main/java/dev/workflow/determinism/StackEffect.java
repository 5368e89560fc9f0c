package dev.workflow.determinism;

import org.springframework.asm.Opcodes;

/**
 * How many places an instruction takes from the operand stack, and puts there, as far as
 * its opcode alone tells.
 *
 * @param taken places taken
 * @param put places put
 */
record StackEffect(int taken, int put) {

    private static final StackEffect NONE = new StackEffect(0, 0);

    static StackEffect of(int opcode) {
        return switch (opcode) {
            case Opcodes.ACONST_NULL, Opcodes.ICONST_M1, Opcodes.ICONST_0, Opcodes.ICONST_1, Opcodes.ICONST_2,
                    Opcodes.ICONST_3, Opcodes.ICONST_4, Opcodes.ICONST_5, Opcodes.FCONST_0, Opcodes.FCONST_1,
                    Opcodes.FCONST_2, Opcodes.BIPUSH, Opcodes.SIPUSH ->
                new StackEffect(0, 1);
            case Opcodes.LCONST_0, Opcodes.LCONST_1, Opcodes.DCONST_0, Opcodes.DCONST_1 -> new StackEffect(0, 2);
            case Opcodes.NEWARRAY, Opcodes.ANEWARRAY, Opcodes.ARRAYLENGTH, Opcodes.INSTANCEOF, Opcodes.INEG,
                    Opcodes.FNEG, Opcodes.I2F, Opcodes.F2I, Opcodes.I2B, Opcodes.I2C, Opcodes.I2S ->
                new StackEffect(1, 1);
            case Opcodes.I2L, Opcodes.I2D, Opcodes.F2L, Opcodes.F2D -> new StackEffect(1, 2);
            case Opcodes.L2I, Opcodes.L2F, Opcodes.D2I, Opcodes.D2F -> new StackEffect(2, 1);
            case Opcodes.LNEG, Opcodes.DNEG, Opcodes.L2D, Opcodes.D2L, Opcodes.LALOAD, Opcodes.DALOAD ->
                new StackEffect(2, 2);
            case Opcodes.IALOAD, Opcodes.FALOAD, Opcodes.AALOAD, Opcodes.BALOAD, Opcodes.CALOAD, Opcodes.SALOAD,
                    Opcodes.IADD, Opcodes.FADD, Opcodes.ISUB, Opcodes.FSUB, Opcodes.IMUL, Opcodes.FMUL, Opcodes.IDIV,
                    Opcodes.FDIV, Opcodes.IREM, Opcodes.FREM, Opcodes.ISHL, Opcodes.ISHR, Opcodes.IUSHR, Opcodes.IAND,
                    Opcodes.IOR, Opcodes.IXOR, Opcodes.FCMPL, Opcodes.FCMPG ->
                new StackEffect(2, 1);
            case Opcodes.LADD, Opcodes.DADD, Opcodes.LSUB, Opcodes.DSUB, Opcodes.LMUL, Opcodes.DMUL, Opcodes.LDIV,
                    Opcodes.DDIV, Opcodes.LREM, Opcodes.DREM, Opcodes.LAND, Opcodes.LOR, Opcodes.LXOR ->
                new StackEffect(4, 2);
            case Opcodes.LSHL, Opcodes.LSHR, Opcodes.LUSHR -> new StackEffect(3, 2);
            case Opcodes.LCMP, Opcodes.DCMPL, Opcodes.DCMPG -> new StackEffect(4, 1);
            case Opcodes.IASTORE, Opcodes.FASTORE, Opcodes.AASTORE, Opcodes.BASTORE, Opcodes.CASTORE, Opcodes.SASTORE ->
                new StackEffect(3, 0);
            case Opcodes.LASTORE, Opcodes.DASTORE -> new StackEffect(4, 0);
            case Opcodes.IRETURN, Opcodes.FRETURN, Opcodes.ARETURN, Opcodes.ATHROW, Opcodes.MONITORENTER,
                    Opcodes.MONITOREXIT, Opcodes.IFEQ, Opcodes.IFNE, Opcodes.IFLT, Opcodes.IFGE, Opcodes.IFGT,
                    Opcodes.IFLE, Opcodes.IFNULL, Opcodes.IFNONNULL ->
                new StackEffect(1, 0);
            case Opcodes.LRETURN, Opcodes.DRETURN, Opcodes.IF_ICMPEQ, Opcodes.IF_ICMPNE, Opcodes.IF_ICMPLT,
                    Opcodes.IF_ICMPGE, Opcodes.IF_ICMPGT, Opcodes.IF_ICMPLE, Opcodes.IF_ACMPEQ, Opcodes.IF_ACMPNE ->
                new StackEffect(2, 0);
            default -> NONE;
        };
    }

    /** Whether the next instruction is only reached from elsewhere. */
    static boolean endsWay(int opcode) {
        return (opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN) || opcode == Opcodes.ATHROW
                || opcode == Opcodes.GOTO;
    }

}
