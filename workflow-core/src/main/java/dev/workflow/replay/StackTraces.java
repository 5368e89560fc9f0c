package dev.workflow.replay;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Where the threads of a run are, for people: only the lines of user code. */
final class StackTraces {

    private static final List<String> FOREIGN = List.of("java.", "jdk.", "sun.", "org.springframework.",
            "dev.workflow.worker.", "dev.workflow.interceptor.");

    private static final String OWN_PACKAGE = StackTraces.class.getPackageName();

    private StackTraces() {
    }

    static String of(List<WorkflowThread> threads) {
        return threads.stream().map(StackTraces::of).collect(Collectors.joining("\n\n"));
    }

    /** Where code failed, and where it failed from, beside the threads that go on. */
    static String of(Throwable failure, List<WorkflowThread> threads) {
        Throwable cause = (failure.getCause() != null) ? failure.getCause() : failure;
        String others = of(threads);
        return "failed: " + cause + frames(cause.getStackTrace()) + (others.isEmpty() ? "" : "\n\n" + others);
    }

    private static String of(WorkflowThread thread) {
        return thread.name() + frames(thread.thread().getStackTrace());
    }

    private static String frames(StackTraceElement[] stack) {
        return Arrays.stream(stack)
            .filter(StackTraces::isOfInterest)
            .map(frame -> "\n    at " + frame)
            .collect(Collectors.joining());
    }

    private static boolean isOfInterest(StackTraceElement frame) {
        String type = frame.getClassName();
        boolean own = type.startsWith(OWN_PACKAGE) && type.indexOf('.', OWN_PACKAGE.length() + 1) < 0;
        return !own && !type.contains("$$") && !type.equals("dev.workflow.WorkflowContext")
                && !type.equals("dev.workflow.WorkflowThreadBinding") && FOREIGN.stream().noneMatch(type::startsWith);
    }

}
