package dev.workflow.determinism;

import java.util.Set;

/**
 * What is known of a value on the operand stack or in a local variable, as far as a rule
 * needs it.
 */
sealed interface Value {

    /** Whether the value is worth more than another one that may be there as well. */
    default boolean isTracked() {
        return true;
    }

    /** Values that need no more than their kind. */
    enum Known implements Value {

        /** Anything. */
        UNKNOWN,

        /** What the method was called with. */
        PARAMETER,

        /** Stands for an activity or a child workflow: calls of it end there. */
        STUB,

        /** A collector into a set or map without an order. */
        UNORDERED_COLLECTOR,

        /** A collector whose result does not depend on the order of the elements. */
        ORDERLESS_COLLECTOR;

        @Override
        public boolean isTracked() {
            return this != UNKNOWN && this != PARAMETER;
        }

    }

    /**
     * A collection whose order is another one in each process.
     *
     * @param origin what made it, for example {@code Set.of}
     */
    record Unordered(String origin) implements Value {
    }

    /**
     * What is in a field of the application.
     *
     * @param owner internal name of the class
     * @param name the field
     * @param isStatic whether all instances share it
     */
    record Field(String owner, String name, boolean isStatic) implements Value {
    }

    /**
     * A stream over a collection.
     *
     * @param source the collection
     */
    record StreamOf(Value source) implements Value {
    }

    /** Code that was made here to be called elsewhere: where it goes decides. */
    abstract sealed class Code implements Value permits Lambda, Created {

        private Use use = Use.CALLED;

        Use use() {
            return this.use;
        }

        void use(Use other) {
            this.use = other;
        }

    }

    /** A lambda or method reference. */
    final class Lambda extends Code {

        private final Call target;

        Lambda(Call target) {
            this.target = target;
        }

        /** The call that whoever has it makes. */
        Call target() {
            return this.target;
        }

    }

    /** A new object. */
    final class Created extends Code {

        private static final Set<String> KEEP_ORDER = Set.of("java/util/ArrayList", "java/util/LinkedList",
                "java/util/ArrayDeque", "java/util/LinkedHashSet", "java/util/LinkedHashMap");

        private final String type;

        private final int line;

        private boolean withoutArguments;

        private Value source = Known.UNKNOWN;

        Created(String type, int line) {
            this.type = type;
            this.line = line;
        }

        String type() {
            return this.type;
        }

        int line() {
            return this.line;
        }

        boolean isWithoutArguments() {
            return this.withoutArguments;
        }

        /** What a collection that keeps an order was filled from, in its order. */
        Value source() {
            return this.source;
        }

        void constructed(Call call) {
            this.withoutArguments = call.descriptor().equals("()V");
            if (KEEP_ORDER.contains(this.type) && call.values().size() == 2) {
                this.source = call.values().getLast();
            }
        }

        /** It was put into an order of its own. */
        void sorted() {
            this.source = Known.UNKNOWN;
        }

    }

    /** What becomes of code that is handed to somebody. */
    enum Use {

        /** It is called somewhere: taken as being called here. */
        CALLED,

        /** Its result is recorded, so that it may do what it likes. */
        SIDE_EFFECT,

        /** It only says which call is meant. */
        RECORDED,

        /** Another workflow thread calls it. */
        OTHER_THREAD,

        /** It answers queries. */
        QUERY

    }

}
