package dev.workflow.batch;

import dev.workflow.Constraints;
import dev.workflow.client.ResetPoint;
import dev.workflow.engine.ActivityAction;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/** What a batch does with each run. */
public sealed interface BatchAction {

    /** Its name. */
    Operation operation();

    /** The names of actions. */
    enum Operation {

        SIGNAL, CANCEL, TERMINATE, RESET, FORK, DELETE, RUN_ACTIVITIES_NOW, PAUSE_ACTIVITIES, UNPAUSE_ACTIVITIES,
        RESET_ACTIVITIES, UPDATE_ACTIVITY_OPTIONS

    }

    /**
     * Signals it.
     *
     * @param name the signal
     * @param input its arguments, a JSON array
     */
    record Signal(String name, Json input) implements BatchAction {

        public Signal {
            Constraints.id("signalName", name);
        }

        @Override
        public Operation operation() {
            return Operation.SIGNAL;
        }

    }

    /** Requests its cancellation. */
    record Cancel() implements BatchAction {

        @Override
        public Operation operation() {
            return Operation.CANCEL;
        }

    }

    /** Ends it at once. */
    record Terminate() implements BatchAction {

        @Override
        public Operation operation() {
            return Operation.TERMINATE;
        }

    }

    /**
     * Sets it back.
     *
     * @param point where to
     * @param keepSignals whether later signals wait for the new run
     */
    record Reset(ResetPoint point, boolean keepSignals) implements BatchAction {

        @Override
        public Operation operation() {
            return Operation.RESET;
        }

    }

    /**
     * Makes a workflow of its own of it.
     *
     * @param point up to where
     * @param keepSignals whether later signals wait for the new run
     * @param idSuffix what the new workflow id has behind that of the original
     */
    record Fork(ResetPoint point, boolean keepSignals, String idSuffix) implements BatchAction {

        public Fork {
            Constraints.id("idSuffix", idSuffix);
        }

        @Override
        public Operation operation() {
            return Operation.FORK;
        }

    }

    /**
     * Deletes it, with its history.
     *
     * @param terminate whether one that is open is terminated before; else it is refused
     */
    record Delete(boolean terminate) implements BatchAction {

        @Override
        public Operation operation() {
            return Operation.DELETE;
        }

    }

    /**
     * Steps in at its activities that have no result. Those that the action does not fit,
     * as when they run already, are left as they are.
     *
     * @param activityType of which type; null: all
     * @param action what is done with each
     */
    record OnActivities(@Nullable String activityType, ActivityAction action) implements BatchAction {

        public OnActivities {
            if (activityType != null) {
                Constraints.id("activityType", activityType);
            }
            operation(action);
        }

        @Override
        public Operation operation() {
            return operation(this.action);
        }

        private static Operation operation(ActivityAction action) {
            return switch (action) {
                case ActivityAction.RunNow run -> Operation.RUN_ACTIVITIES_NOW;
                case ActivityAction.Pause pause -> Operation.PAUSE_ACTIVITIES;
                case ActivityAction.Unpause unpause -> Operation.UNPAUSE_ACTIVITIES;
                case ActivityAction.Reset reset -> Operation.RESET_ACTIVITIES;
                case ActivityAction.ChangeOptionsOf change -> Operation.UPDATE_ACTIVITY_OPTIONS;
                case ActivityAction.Complete complete -> throw ofOne(complete);
                case ActivityAction.Fail fail -> throw ofOne(fail);
            };
        }

        private static IllegalArgumentException ofOne(ActivityAction action) {
            return new IllegalArgumentException("action: expected one that many activities can have, given "
                    + action.title() + ", whose result is that of one");
        }

    }

}
