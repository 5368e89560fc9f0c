package dev.workflow.engine;

import org.jspecify.annotations.Nullable;

/**
 * Which builds a run is for.
 *
 * @param route the build that alone may claim it; empty: whichever serves its queue
 * @param pinned whether it stays with that build; false: it is only on its way there
 * @param buildId the build that had it last, if any
 */
public record RunVersion(String route, boolean pinned, @Nullable String buildId) {

    /** A run that any node may have. */
    public static final RunVersion NONE = new RunVersion("", false, null);

    /** A run that only nodes with this build ever have. */
    static RunVersion pinned(String build) {
        return new RunVersion(build, true, build);
    }

    /** Whether there is nothing to write down. */
    public boolean isNone() {
        return equals(NONE);
    }

    /** The build that it begins on, as far as that is known at its start. */
    @Nullable String known() {
        return this.pinned ? this.route : this.buildId;
    }

}
