package dev.workflow;

import org.jspecify.annotations.Nullable;

/**
 * A bean that runs every activity type of its queue that no other bean has; annotate it
 * with {@link Activity}.
 */
public interface DynamicActivity {

    /**
     * Runs one attempt, on an activity thread.
     * @param activityType the type that was called
     * @param arguments what it was called with
     * @return the result, encoded as that of any activity
     * @throws Exception when the attempt fails
     */
    @Nullable Object execute(String activityType, Arguments arguments) throws Exception;

}
