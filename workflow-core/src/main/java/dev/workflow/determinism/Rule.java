package dev.workflow.determinism;

/** What workflow code may not do, and what it does instead. */
public enum Rule {

    /** Reading the time from the machine. */
    CLOCK("reads the clock of this machine", "use Workflows.now()", true),

    /** Random numbers that differ in each replay. */
    RANDOM("draws random numbers that a replay does not draw again", "use Workflows.random()", true),

    /** Random ids. */
    UUID("makes an id that a replay does not make again", "use Workflows.randomUUID()", true),

    /** Properties of the process and variables of its environment. */
    ENVIRONMENT("reads what may differ on the next node, or after the next deployment",
            "hand the value to the workflow as an argument, or record it with Workflows.sideEffect()", true),

    /** Iteration in an order that differs between processes. */
    UNORDERED("goes through elements in an order that is another one in each process",
            "use a List, a LinkedHashSet, a LinkedHashMap or a sorted collection", true),

    /** Threads that the engine does not know. */
    THREADS("starts a thread, or hands work to one, that the engine does not know",
            "use Workflows.async(), Workflows.timer() and Promise", false),

    /** Streams that run on several threads. */
    PARALLEL_STREAM("runs a stream on several threads", "use Workflows.async() and Promise.allOf()", false),

    /** Waiting that keeps the thread. */
    BLOCKING("waits in a way that the engine cannot record",
            "use Workflows.sleep(), Workflows.await(), Promise, WorkflowLock, WorkflowSemaphore or WorkflowQueue",
            false),

    /** Files, networks, processes. */
    IO("does input or output", "call an activity that does it", false),

    /** JDBC, JPA, repositories. */
    DATABASE("uses the database", "call an activity that does it", false),

    /** Transactions. */
    TRANSACTION("begins a transaction, which would happen again in each replay",
            "make it a method of an activity: its transaction commits together with its recorded result", false),

    /** Waiting inside {@code synchronized} before JDK 24. */
    PINNED("waits inside of synchronized, which keeps a carrier thread on JDK 21 to 23",
            "use WorkflowLock, or wait outside of the block", false),

    /** A handler of an exception that never arrives. */
    UNREACHABLE_CATCH(
            "catches an exception that never arrives: what an activity or a child workflow throws, a "
                    + "workflow gets as the cause of a WorkflowException",
            "catch ActivityFailure or ChildWorkflowFailure and look at its cause", false),

    /** {@code @DeterminismIgnored} without a reason. */
    IGNORED_WITHOUT_REASON("has a @DeterminismIgnored without a reason, which therefore has no effect",
            "say in the annotation why this code is right as it is", false);

    private final String description;

    private final String advice;

    private final boolean replay;

    Rule(String description, String advice, boolean replay) {
        this.description = description;
        this.advice = advice;
        this.replay = replay;
    }

    /** What the code does, without a subject. */
    public String description() {
        return this.description;
    }

    /** What it should do, as a command. */
    public String advice() {
        return this.advice;
    }

    /**
     * Whether it only matters in code that replays repeat. Queries and validators are
     * none: what they return is not recorded.
     */
    boolean concernsReplaysOnly() {
        return this.replay;
    }

}
