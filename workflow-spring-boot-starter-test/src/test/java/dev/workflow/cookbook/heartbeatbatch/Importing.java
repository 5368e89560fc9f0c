package dev.workflow.cookbook.heartbeatbatch;

import dev.workflow.Activities;
import dev.workflow.Activity;
import dev.workflow.ActivityMethod;
import dev.workflow.Retry;

@Activity
public class Importing {

    private final Lines lines;

    Importing(Lines lines) {
        this.lines = lines;
    }

    /** Goes on where the last attempt said that it had come to. */
    @ActivityMethod(startToCloseTimeout = "1d", heartbeatTimeout = "1m", retry = @Retry(initialInterval = "10s"))
    public int importAll(String file) {
        int next = Activities.heartbeatDetails(Integer.class).orElse(0);
        while (next < this.lines.count(file)) {
            this.lines.importLine(file, next);
            next++;
            Activities.heartbeat(next);
        }
        return next;
    }

}
