package dev.workflow.replay;

import dev.workflow.ActivityOptions;
import dev.workflow.interceptor.Interceptors;
import dev.workflow.payload.FailureConverter;
import dev.workflow.payload.PayloadConverter;

/**
 * What all machines of a node share.
 *
 * @param payloads encodes and decodes values
 * @param failures encodes and decodes exceptions
 * @param stubs makes activity stubs
 * @param activityDefaults options of an activity that neither its call nor its annotation
 * sets; complete but for the task queue
 * @param failRunOnUnexpectedException whether an exception that is no workflow failure
 * fails the run instead of its workflow task
 * @param warnEvents from how many events on a run is told to continue as new; what the
 * run recorded at its start comes first
 * @param watchCarriers whether machines remember which of their threads have blocked, so
 * that one which keeps its carrier is found
 * @param interceptors what is put around the code and its calls
 */
public record MachineSettings(PayloadConverter payloads, FailureConverter failures, ActivityStubs stubs,
        ActivityOptions activityDefaults, boolean failRunOnUnexpectedException, int warnEvents, boolean watchCarriers,
        Interceptors interceptors) {

    /** Settings that watch carriers on those Javas where they can be kept. */
    public MachineSettings(PayloadConverter payloads, FailureConverter failures, ActivityStubs stubs,
            ActivityOptions activityDefaults, boolean failRunOnUnexpectedException, int warnEvents,
            Interceptors interceptors) {
        this(payloads, failures, stubs, activityDefaults, failRunOnUnexpectedException, warnEvents,
                Carriers.areKeptBySynchronized(Runtime.version()), interceptors);
    }

    /** The same without interceptors. */
    public MachineSettings(PayloadConverter payloads, FailureConverter failures, ActivityStubs stubs,
            ActivityOptions activityDefaults, boolean failRunOnUnexpectedException, int warnEvents) {
        this(payloads, failures, stubs, activityDefaults, failRunOnUnexpectedException, warnEvents, Interceptors.NONE);
    }

}
