package dev.workflow.history;

/**
 * Something that people find in the history and the code never sees: it neither advances
 * after it, nor does the run's time go on with it. So a note may stand anywhere after the
 * first event.
 */
public sealed interface NoteEvent extends HistoryEvent permits OperatorActionRecorded {

}
