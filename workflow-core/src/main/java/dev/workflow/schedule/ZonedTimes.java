package dev.workflow.schedule;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;

import org.jspecify.annotations.Nullable;

/**
 * The instants at which the clocks of a zone show one of some local times. A local time
 * that a clock change leaves out is no instant, and one that it repeats is two: an
 * instant matches when its local time does, and no other way.
 */
record ZonedTimes(LocalTimes times, ZoneId zone) {

    /** The first of them after the given instant; null when there is none any more. */
    @Nullable Instant after(Instant instant) {
        ZoneRules rules = this.zone.getRules();
        Instant from = instant.plusNanos(1);
        while (from.isBefore(ScheduleTimes.END)) {
            // From one clock change to the next, local times and instants go in step.
            ZoneOffset offset = rules.getOffset(from);
            ZoneOffsetTransition change = rules.nextTransition(from);
            LocalDateTime begin = LocalDateTime.ofInstant(from, offset);
            LocalDateTime local = this.times.nextOrSame(begin);
            if (local == null && (change == null || !change.getDateTimeAfter().isBefore(begin))) {
                return null;
            }
            Instant found = (local != null) ? local.toInstant(offset) : Instant.MAX;
            if (change == null || found.isBefore(change.getInstant())) {
                return found;
            }
            from = change.getInstant();
        }
        return null;
    }

}
