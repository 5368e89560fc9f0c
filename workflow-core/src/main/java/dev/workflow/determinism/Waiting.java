package dev.workflow.determinism;

import java.util.Map;
import java.util.Set;

/** The calls of the engine that wait, and so hand the thread on. */
final class Waiting {

    private static final Map<String, Set<String>> METHODS = Map.of("dev/workflow/Workflows",
            Set.of("sleep", "await", "activity", "child"), "dev/workflow/Promise", Set.of("get"),
            "dev/workflow/CompletablePromise", Set.of("get"), "dev/workflow/WorkflowLock", Set.of("lock", "tryLock"),
            "dev/workflow/WorkflowQueue", Set.of("put", "take", "poll"), "dev/workflow/WorkflowSemaphore",
            Set.of("acquire", "tryAcquire"), "dev/workflow/Saga", Set.of("compensate"), "dev/workflow/ExternalWorkflow",
            Set.of("signal", "cancel"));

    private Waiting() {
    }

    static boolean waits(Call call) {
        Set<String> methods = METHODS.get(call.owner());
        return methods != null && methods.contains(call.name())
                && !call.descriptor().startsWith("(Ljava/lang/Class;Ldev/workflow/ChildOptions;")
                && !(call.name().equals("poll") && call.descriptor().startsWith("()"));
    }

}
