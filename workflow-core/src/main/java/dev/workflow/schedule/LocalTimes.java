package dev.workflow.schedule;

import java.time.LocalDateTime;

import org.jspecify.annotations.Nullable;

/** Local times, in whatever zone, that match something; whole seconds. */
interface LocalTimes {

    /**
     * The first of them that is not before the given one; null when there is none any
     * more.
     */
    @Nullable LocalDateTime nextOrSame(LocalDateTime from);

}
