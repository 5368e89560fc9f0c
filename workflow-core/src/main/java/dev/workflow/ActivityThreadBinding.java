package dev.workflow;

import org.jspecify.annotations.Nullable;

/** Which attempt the current thread runs. */
final class ActivityThreadBinding {

    private static final ThreadLocal<@Nullable ActivityContext> CURRENT = new ThreadLocal<>();

    private ActivityThreadBinding() {
    }

    static @Nullable ActivityContext context() {
        return CURRENT.get();
    }

    static ActivityContext required() {
        ActivityContext context = CURRENT.get();
        if (context == null) {
            throw new IllegalStateException("This call works only in an activity, on the thread that runs the attempt; "
                    + "here (" + Thread.currentThread() + ") there is none.");
        }
        return context;
    }

    static void runAs(ActivityContext context, Runnable body) {
        ActivityContext before = CURRENT.get();
        CURRENT.set(context);
        try {
            body.run();
        }
        finally {
            if (before == null) {
                CURRENT.remove();
            }
            else {
                CURRENT.set(before);
            }
        }
    }

}
