package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

import dev.workflow.client.CalendarSpec;
import dev.workflow.client.OverlapPolicy;
import dev.workflow.client.ScheduleOptions;
import dev.workflow.client.ScheduleSpec;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which runs two nodes on one database start on days that are special, against lists that
 * were written by hand; and that no node leads.
 */
class ScheduleCalendarsIntegrationTests {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final TestNodes.Time time = new TestNodes.Time();

    private final List<TestNode> running = new ArrayList<>();

    private TestNode node() {
        TestNode node = this.nodes.node(this.time).workflow("Greets", (arguments) -> "hello").start();
        this.running.add(node);
        return node;
    }

    private void pass(Duration duration) {
        this.time.advance(duration);
        this.running.forEach((node) -> node.engine().clockMoved());
        TestNode.awaitQuiet(this.running);
    }

    private void goTo(String instant) {
        pass(Duration.between(this.time.instant(), Instant.parse(instant)));
    }

    private void stepTo(String instant, Duration step) {
        Instant end = Instant.parse(instant);
        while (this.time.instant().isBefore(end)) {
            pass(step);
        }
    }

    private static void create(TestNode node, String id, ScheduleSpec spec) {
        node.service()
            .schedules()
            .create(id, spec, node.request("Greets", null),
                    ScheduleOptions.defaults().overlap(OverlapPolicy.BUFFER_ALL));
    }

    /** When the runs of a schedule were started, and for when. */
    private List<String> fired(String scheduleId) {
        return this.nodes.jdbc()
            .sql("""
                    select to_char(started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"')
                    from engine.workflow_execution
                    where search_attributes ->> 'ScheduleId' = ?
                      and (search_attributes ->> 'ScheduledTime')::timestamptz = started_at order by started_at""")
            .param(scheduleId)
            .query(String.class)
            .list();
    }

    private long runs(String scheduleId) {
        return this.nodes.count(
                "select count(*) from engine.workflow_execution where search_attributes ->> 'ScheduleId' = ?",
                scheduleId);
    }

    @Test
    void inSpringAnHourIsLeftOutAndInAutumnItComesTwice() {
        TestNode node = node();
        node();
        goTo("2026-03-27T22:00:00Z");
        create(node, "night", ScheduleSpec.cron("30 2 * * *").timeZone(BERLIN));
        create(node, "hourly", ScheduleSpec.cron("0 * * * *").timeZone(BERLIN));
        CalendarSpec workdays = new CalendarSpec("0", "0", "9", "*", "*", "MON-FRI", "*");
        CalendarSpec holiday = new CalendarSpec("*", "*", "*", "30", "MAR", "*", "2026");
        create(node, "workdays", ScheduleSpec.calendar(workdays).skip(holiday).timeZone(BERLIN));
        stepTo("2026-03-31T12:00:00Z", Duration.ofMinutes(30));
        assertThat(fired("night")).as("02:30, which 29 March has not")
            .containsExactly("2026-03-28T01:30Z", "2026-03-30T00:30Z", "2026-03-31T00:30Z");
        assertThat(fired("hourly")).as("every hour that passes").hasSize(86).doesNotHaveDuplicates();
        assertThat(fired("workdays")).as("not at the weekend, nor on the holiday").containsExactly("2026-03-31T07:00Z");
        node.service().schedules().delete("hourly");
        node.service().schedules().delete("workdays");
        node.service().schedules().pause("night", "over the summer");
        goTo("2026-10-24T20:00:00Z");
        node.service().schedules().unpause("night", "back");
        stepTo("2026-10-26T12:00:00Z", Duration.ofMinutes(30));
        assertThat(fired("night").subList(3, 6)).as("02:30, which 25 October has twice")
            .containsExactly("2026-10-25T00:30Z", "2026-10-25T01:30Z", "2026-10-26T01:30Z");
        assertThat(runs("night")).isEqualTo(6);
    }

    @Test
    void leapDaysComeInLeapYearsAndTheLastOfAMonthInEach() {
        TestNode node = node();
        node();
        create(node, "leap", ScheduleSpec.cron("0 12 29 2 *"));
        create(node, "last", ScheduleSpec.cron("0 12 L 2 *"));
        for (String day : List.of("2026-02-28", "2027-02-28", "2028-02-28", "2028-02-29", "2029-02-28", "2032-02-29")) {
            goTo(day + "T12:00:00Z");
        }
        assertThat(fired("leap")).containsExactly("2028-02-29T12:00Z", "2032-02-29T12:00Z");
        assertThat(runs("leap")).isEqualTo(2);
        assertThat(fired("last")).containsExactly("2026-02-28T12:00Z", "2027-02-28T12:00Z", "2028-02-29T12:00Z",
                "2029-02-28T12:00Z", "2032-02-29T12:00Z");
    }

    @Test
    void nextTimeMovesInTheTransactionThatStartsTheRun() {
        TestNode node = node();
        node();
        this.nodes.jdbc().sql("""
                create table written (what text, tx bigint, schedule_id text, nominal timestamptz);
                create function note_moved() returns trigger language plpgsql as $$ begin
                  insert into public.written values ('moved', txid_current(), new.schedule_id, old.nominal_at);
                  return null; end $$;
                create function note_started() returns trigger language plpgsql as $$ begin
                  insert into public.written values ('started', txid_current(), new.search_attributes ->> 'ScheduleId',
                    (new.search_attributes ->> 'ScheduledTime')::timestamptz);
                  return null; end $$;
                create trigger note_moved after update on engine.workflow_schedule for each row
                  when (old.nominal_at is distinct from new.nominal_at) execute function note_moved();
                create trigger note_started after insert on engine.workflow_execution for each row
                  execute function note_started()""").update();
        for (int i = 0; i < 20; i++) {
            create(node, "s-" + i, ScheduleSpec.every(Duration.ofMinutes(10 + i)));
        }
        for (int i = 0; i < 12; i++) {
            pass(Duration.ofMinutes(5));
        }
        assertThat(this.nodes.count("select count(*) from written where what = 'started'")).isGreaterThan(40);
        String written = "select tx, schedule_id, nominal from written where what = ";
        assertThat(this.nodes.count("select count(*) from ((" + written + "'moved' except " + written + "'started')"
                + " union all (" + written + "'started' except " + written + "'moved')) alone"))
            .as("one without the other")
            .isZero();
        assertThat(this.nodes.count("""
                select count(*) from (select schedule_id, nominal from written where what = 'moved'
                  group by 1, 2 having count(*) > 1) twice""")).isZero();
    }

    /**
     * Whoever is there fires; nothing is elected, and nothing waits for the one that is
     * gone.
     */
    @Test
    void whenANodeGoesWhileThousandsAreDueTheOtherFiresTheRest() {
        TestNode first = node();
        create(first, "one", ScheduleSpec.every(Duration.ofHours(1)));
        this.nodes.jdbc().sql("""
                insert into engine.workflow_schedule
                select 'bulk-' || i, workflow_type, spec, replace(template, '"workflowId":"one"',
                         '"workflowId":"bulk-' || i || '"'), format, reuse_policy, overlap, catch_up_window,
                       pause_on_failure, paused, note, remaining_actions, nominal_at, next_at, watching, open_runs,
                       progress, action_count, missed_count, skipped_count, problem, created_at
                from engine.workflow_schedule, generate_series(2, 3000) as i""").update();
        TestNode second = node();
        this.time.advance(Duration.ofHours(1));
        this.running.forEach((node) -> node.engine().clockMoved());
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_execution") > 0);
        first.close();
        this.running.remove(first);
        second.engine().clockMoved();
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_execution") >= 3_000,
                Duration.ofSeconds(60));
        assertThat(this.nodes.count("select count(distinct workflow_id) from engine.workflow_execution"))
            .isEqualTo(3_000);
        assertThat(this.nodes.count("select count(*) from engine.workflow_execution")).isEqualTo(3_000);
        assertThat(this.nodes.count("select count(*) from engine.workflow_schedule where nominal_at <= ?",
                java.sql.Timestamp.from(this.time.instant())))
            .isZero();
    }

}
