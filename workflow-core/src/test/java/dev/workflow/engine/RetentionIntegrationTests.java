package dev.workflow.engine;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import dev.workflow.ActivityOptions;
import dev.workflow.ContinueAsNewOptions;
import dev.workflow.WorkflowContext;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowNotFoundException;
import dev.workflow.client.WorkflowStatus;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** What becomes of runs that have ended. */
class RetentionIntegrationTests {

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private TestNode types(TestNode node) {
        return node.settings((s) -> s.heartbeat(Duration.ofMillis(50)))
            .activity("Echo", (arguments) -> arguments.get(0, Object.class))
            .workflow("Echoes",
                    (arguments) -> Workflows.activity("Echo", Object.class, ActivityOptions.defaults(), "hello"))
            .workflow("Sleeps", (arguments) -> {
                Workflows.sleep(Duration.ofDays(300));
                return null;
            });
    }

    /** An engine is told before it starts. */
    private TestNode keeping(TestNodes.Time time, Duration kept) {
        TestNode node = types(this.nodes.node(time)).start();
        node.engine().keepEndedRuns(kept);
        return node;
    }

    private long executions() {
        return this.nodes.count("select count(*) from engine.workflow_execution");
    }

    @Test
    void endedRunsAreDeletedWhenTheirTimeIsOverAndOpenOnesStay() {
        TestNodes.Time time = new TestNodes.Time();
        TestNode one = keeping(time, Duration.ofDays(30));
        TestNode two = keeping(time, Duration.ofDays(30));
        one.begin("Sleeps", "old-and-open");
        for (int i = 0; i < 50; i++) {
            one.begin("Echoes", "early-" + i);
            one.result("early-" + i);
        }
        time.advance(Duration.ofDays(20));
        for (int i = 0; i < 10; i++) {
            one.begin("Echoes", "late-" + i);
            one.result("late-" + i);
        }
        assertThat(executions()).isEqualTo(61);
        time.advance(Duration.ofDays(11));
        // A pass of long ago is over for some time.
        one.engine().keepEndedRuns(Duration.ofDays(30));
        TestNode.await(() -> executions() == 11);
        OperationGauges gauges = one.engine().gauges().operationGauges();
        TestNode.await(() -> gauges.deletedRuns() + two.engine().gauges().operationGauges().deletedRuns() == 50);
        TestNode.await(() -> gauges.deletionAge().isZero());
        assertThat(one.service().describe(new WorkflowRef("old-and-open", null)).status())
            .isEqualTo(WorkflowStatus.RUNNING);
        assertThat(one.service().describe(new WorkflowRef("late-9", null)).status())
            .isEqualTo(WorkflowStatus.COMPLETED);
        assertThatExceptionOfType(WorkflowNotFoundException.class)
            .isThrownBy(() -> one.service().describe(new WorkflowRef("early-9", null)));
        assertThat(this.nodes.count("""
                select count(*) from engine.workflow_event v
                where not exists (select 1 from engine.workflow_execution e where e.run_id = v.run_id)""")).isZero();
    }

    @Test
    void noTransactionDeletesManyRows() {
        TestNode node = types(this.nodes.node()).start();
        this.nodes.jdbc().sql("""
                create table deleted (tx bigint, n bigint);
                create function note_deleted() returns trigger language plpgsql as $$ begin
                  insert into public.deleted select txid_current(), count(*) from gone; return null; end $$;
                create trigger note_deleted after delete on engine.workflow_event
                  referencing old table as gone for each statement execute function note_deleted();
                insert into engine.workflow_execution
                  (run_id, workflow_id, workflow_type, task_queue, status, started_at, closed_at, first_run_id,
                   history_length)
                select ('01900000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 'w-' || i, 'T', 'q',
                       'COMPLETED', now() - interval '1 year', now() - interval '1 year', gen_random_uuid(),
                       case when i = 7 then 9000 else 30 end
                from generate_series(1, 500) i;
                insert into engine.workflow_event (run_id, event_id, event_type, event_time, format, attributes)
                select run_id, n, 'TimerFired', now(), 1, '{}' from engine.workflow_execution e
                cross join lateral generate_series(1, e.history_length) n""").update();
        node.engine().keepEndedRuns(Duration.ofDays(1));
        TestNode.await(() -> executions() == 0);
        assertThat(this.nodes.count("select count(*) from engine.workflow_event")).isZero();
        assertThat(this.nodes.count("select max(s) from (select sum(n) as s from deleted group by tx) t"))
            .isLessThanOrEqualTo(EngineStore.DELETED_EVENTS);
        assertThat(this.nodes.count("select sum(n) from deleted")).isEqualTo(9_000 + 499 * 30);
    }

    @Test
    void oneRunIsDeletedWhenItHasEndedOrIsTerminatedFirst() {
        TestNode node = types(this.nodes.node()).start();
        WorkflowRef workflow = new WorkflowRef("w", null);
        node.begin("Sleeps", "w");
        assertThatExceptionOfType(ActionRefusedException.class).isThrownBy(() -> node.service().delete(workflow, false))
            .withMessageContaining("is open");
        node.service().delete(workflow, true);
        assertThatExceptionOfType(WorkflowNotFoundException.class).isThrownBy(() -> node.service().describe(workflow));
        StartResult first = node.begin("Echoes", "w");
        node.result("w");
        StartResult second = node.begin("Echoes", "w");
        node.result("w");
        node.service().delete(new WorkflowRef("w", first.runId()), false);
        assertThat(node.service().describe(workflow).runId()).isEqualTo(second.runId());
        node.service().delete(workflow, false);
        for (String table : List.of("execution", "event", "task", "message", "activity_task")) {
            assertThat(this.nodes.count("select count(*) from engine.workflow_" + table)).as(table).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void runThatGoesOnWhileItIsTerminatedAndDeletedIsNotLeftRunning(boolean anyRun) {
        AtomicBoolean first = new AtomicBoolean(true);
        TestNode node = this.nodes.node();
        node.faults = FaultyStore.with((method, arguments, call) -> {
            if (method.getName().equals("terminate") && first.compareAndSet(true, false)) {
                node.service().signal(new WorkflowRef("w", null), "go", node.json(), null);
                TestNode.await(() -> executions() == 2);
            }
            return call.call();
        });
        node.workflow("Rolls", (arguments) -> {
            boolean[] go = { false };
            Workflows.onSignal("go", (nothing) -> go[0] = true);
            Workflows.await(() -> go[0]);
            return WorkflowContext.current().continueAsNew("Rolls", ContinueAsNewOptions.defaults());
        }).start();
        StartResult run = node.begin("Rolls", "w");
        node.service().delete(new WorkflowRef("w", anyRun ? null : run.runId()), true);
        assertThat(executions()).isEqualTo(1);
        assertThat(node.service().describe(new WorkflowRef("w", null)).status())
            .isEqualTo(anyRun ? WorkflowStatus.CONTINUED_AS_NEW : WorkflowStatus.RUNNING);
    }

    @Test
    void whatIsLockedIsPassedBy() {
        TestNode node = types(this.nodes.node()).start();
        UUID runId = UUID.fromString(node.begin("Echoes", "w").runId());
        node.result("w");
        this.nodes.transaction().executeWithoutResult((status) -> {
            this.nodes.jdbc().sql("select 1 from engine.workflow_execution for update").query(Long.class).single();
            assertThat(node.store.delete(List.of(runId), () -> true)).isZero();
        });
        assertThat(node.store.delete(List.of(runId), () -> true)).isEqualTo(1);
    }

    /** As runs are that ended a year ago; their ids are of the time they started at. */
    private void insertEnded(int runs, int events) {
        this.nodes.jdbc().sql("""
                insert into engine.workflow_execution
                  (run_id, workflow_id, workflow_type, task_queue, status, started_at, closed_at, first_run_id,
                   history_length)
                select i, 'w-' || i, 'T', 'q', 'COMPLETED', now() - interval '1 year', now() - interval '1 year', i, ?
                from (select ('01900000-0000-7000-8000-' || lpad(to_hex(g), 12, '0'))::uuid as i
                      from generate_series(1, ?) g) ids""").param(events).param(runs).update();
        this.nodes.jdbc().sql("""
                insert into engine.workflow_event (run_id, event_id, event_type, event_time, format, attributes)
                select run_id, n, 'TimerFired', now(), 1, '{}' from engine.workflow_execution e
                cross join lateral generate_series(1, e.history_length) n""").update();
    }

    @Test
    void longHistoriesGiveWayBetweenTwoTransactions() {
        TestNode node = types(this.nodes.node()).start();
        insertEnded(2, 11_000);
        Retention retention = new Retention(node.engine(), Duration.ofDays(1));
        AtomicInteger asked = new AtomicInteger();
        retention.work(() -> asked.incrementAndGet() < 3);
        assertThat(this.nodes.count("select count(*) from engine.workflow_event")).isGreaterThan(15_000);
        assertThat(executions()).isEqualTo(2);
        TestNode.await(() -> {
            retention.work(() -> true);
            return executions() == 0;
        });
        assertThat(this.nodes.count("select count(*) from engine.workflow_event")).isZero();
    }

    @Test
    void runThatCannotBeDeletedDoesNotStandInTheWayOfOthers() {
        TestNode node = types(this.nodes.node()).start();
        insertEnded(30, 3);
        this.nodes.jdbc().sql("""
                create function refuse() returns trigger language plpgsql as $$ begin
                  if old.workflow_id like '%0007' then raise exception 'not this one'; end if; return old; end $$;
                create trigger refuse before delete on engine.workflow_execution
                  for each row execute function refuse()""").update();
        Retention retention = new Retention(node.engine(), Duration.ofDays(1));
        TestNode.await(() -> {
            retention.work(() -> true);
            return executions() == 1;
        });
        assertThat(this.nodes.count("select count(*) from engine.workflow_event")).isEqualTo(3);
    }

    @Test
    void nothingIsDeletedInATransactionOfTheCallers() {
        TestNode node = types(this.nodes.node()).start();
        node.begin("Echoes", "w");
        node.result("w");
        this.nodes.transaction()
            .executeWithoutResult((status) -> assertThatIllegalStateException()
                .isThrownBy(() -> node.service().delete(new WorkflowRef("w", null), false))
                .withMessageContaining("outside of a transaction"));
        assertThat(executions()).isEqualTo(1);
    }

    @Test
    void firstRunStaysAndLeadsToTheLastOneUntilThatGoes() {
        TestNodes.Time time = new TestNodes.Time();
        TestNode node = types(this.nodes.node(time)).start();
        insertEnded(10, 3);
        StartResult open = node.begin("Sleeps", "chain");
        this.nodes.jdbc().sql("""
                with r as (
                  select run_id, lead(run_id) over (order by run_id) as next,
                         first_value(run_id) over (order by run_id) as first
                  from engine.workflow_execution where status <> 'RUNNING')
                update engine.workflow_execution e
                set workflow_id = 'chain', first_run_id = r.first, continued_run_id = coalesce(r.next, ?::uuid),
                    status = 'CONTINUED_AS_NEW'
                from r where e.run_id = r.run_id""").param(open.runId()).update();
        this.nodes.jdbc().sql("""
                update engine.workflow_execution o set first_run_id = e.first_run_id from engine.workflow_execution e
                where o.status = 'RUNNING' and e.run_id = e.first_run_id and e.status <> 'RUNNING'""").update();
        Retention retention = new Retention(node.engine(), Duration.ofDays(1));
        retention.work(() -> true);
        assertThat(executions()).isEqualTo(2);
        assertThat(this.nodes.jdbc()
            .sql("select continued_run_id::text from engine.workflow_execution where status <> 'RUNNING'")
            .query(String.class)
            .single()).isEqualTo(open.runId());
        String first = this.nodes.jdbc()
            .sql("select run_id::text from engine.workflow_execution where status <> 'RUNNING'")
            .query(String.class)
            .single();
        node.service().terminate(new WorkflowRef("chain", null), "over");
        new Retention(node.engine(), Duration.ofDays(1)).work(() -> true);
        WorkflowOutcome outcome = node.service().result(new WorkflowRef("chain", first), true, Duration.ofSeconds(10));
        assertThat(outcome).extracting(WorkflowOutcome::status).isEqualTo(WorkflowStatus.TERMINATED);
        time.advance(Duration.ofDays(2));
        new Retention(node.engine(), Duration.ofDays(1)).work(() -> true);
        assertThat(executions()).isZero();
    }

}
