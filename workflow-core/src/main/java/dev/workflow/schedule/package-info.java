/**
 * When schedules are due, and what becomes of each time that comes: pure arithmetic and
 * rules, with neither clock nor database. {@link dev.workflow.schedule.CronSchedule} and
 * {@link dev.workflow.schedule.ScheduleTimes} say when,
 * {@link dev.workflow.schedule.ScheduleTurn} says what.
 */
@NullMarked
package dev.workflow.schedule;

import org.jspecify.annotations.NullMarked;
