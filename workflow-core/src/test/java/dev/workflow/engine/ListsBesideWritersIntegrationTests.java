package dev.workflow.engine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import dev.workflow.Workflows;
import dev.workflow.payload.Json;
import dev.workflow.visibility.ListedWorkflow;
import dev.workflow.visibility.WorkflowLists;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Leafing through a list while an engine starts runs and ends some of those that are
 * listed: whatever was there at the beginning, and is still where it was in the order, is
 * seen once.
 */
class ListsBesideWritersIntegrationTests {

    private static final int RUNS = 60;

    private static final int PAGE = 7;

    private static final int WRITES = 3;

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final Semaphore turns = new Semaphore(0);

    private final AtomicInteger written = new AtomicInteger();

    private final AtomicBoolean over = new AtomicBoolean();

    private final AtomicReference<@Nullable Throwable> problem = new AtomicReference<>();

    private TestNode node() {
        TestNode node = this.nodes.node().workflow("Waits", (arguments) -> {
            AtomicBoolean go = new AtomicBoolean();
            Workflows.onSignal("go", (given) -> go.set(true));
            Workflows.upsertSearchAttributes(Map.of("Number", arguments.get(0, Integer.class) % 4));
            Workflows.await(go::get);
            return null;
        }).start();
        for (int i = 0; i < RUNS; i++) {
            node.begin("Waits", "run-" + i, i);
        }
        TestNode.await(() -> this.nodes
            .count("select count(*) from engine.workflow_execution where search_attributes is not null") == RUNS);
        return node;
    }

    /**
     * The orders that an end changes are asked of what the writer leaves alone: a run
     * that moves behind a page that is being read would be seen again, and one that moves
     * before it would not.
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            ^^                                                            | true
            ORDER BY StartTime                                            | true
            ORDER BY StartTime DESC                                       | true
            ORDER BY WorkflowId                                           | true
            ORDER BY WorkflowId DESC                                      | true
            ORDER BY WorkflowType, StartTime DESC                         | true
            ORDER BY TaskQueue DESC                                       | true
            ORDER BY RunId                                                | true
            ORDER BY Priority DESC                                        | true
            ORDER BY ParentWorkflowId                                     | true
            ORDER BY Number                                               | true
            ORDER BY Number DESC, WorkflowId                              | true
            ORDER BY Missing                                              | true
            Number >= 0                                                   | true
            Number = 3                                                    | true
            Number IN (1, 3) ORDER BY StartTime                           | true
            WorkflowType = 'Waits'                                        | true
            ORDER BY Status                                               | false
            ORDER BY CloseTime                                            | false
            ORDER BY CloseTime DESC                                       | false
            ORDER BY HistoryLength                                        | false
            Status = 'RUNNING'                                            | false
            """)
    void whatWasThereIsSeenOnce(String query, boolean whateverEnds) throws Exception {
        TestNode node = node();
        WorkflowLists lists = new WorkflowLists(this.nodes.database, "engine");
        Set<String> there = new HashSet<>();
        lists.stream(query).map(ListedWorkflow::workflowId).forEach(there::add);
        assertThat(there).hasSizeGreaterThan(PAGE);
        Thread writer = Thread.ofPlatform().start(() -> write(node));
        List<String> seen = new ArrayList<>();
        try {
            String token = null;
            do {
                WorkflowLists.Page page = lists.list(query, PAGE, token);
                page.workflows().forEach((run) -> seen.add(run.workflowId()));
                token = page.nextPageToken();
                letWrite();
            }
            while (token != null);
        }
        finally {
            this.over.set(true);
            this.turns.release();
            writer.join(TimeUnit.SECONDS.toMillis(20));
        }
        assertThat(this.problem.get()).isNull();
        assertThat(this.written.get()).isPositive();
        List<String> expected = there.stream().filter((id) -> whateverEnds || !ends(id)).toList();
        assertThat(seen.stream().filter(expected::contains)).containsExactlyInAnyOrderElementsOf(expected);
    }

    /**
     * The writer gets on between any two pages, and by less than a page: in the order of
     * starts the end of the list would never be reached.
     */
    private void letWrite() {
        int before = this.written.get();
        this.turns.release(WRITES);
        TestNode.await(() -> this.written.get() >= before + WRITES || this.problem.get() != null);
    }

    /** Every other one of them is ended, in no order of theirs. */
    private static boolean ends(String workflowId) {
        return Integer.parseInt(workflowId.substring(workflowId.indexOf('-') + 1)) % 2 == 1;
    }

    private void write(TestNode node) {
        try {
            for (int i = 0; !this.over.get(); i++) {
                this.turns.acquire();
                node.begin("Waits", "new-" + i, i);
                int ended = i * 37 % RUNS;
                if (i < RUNS && ends("run-" + ended)) {
                    node.service().signal(new WorkflowRef("run-" + ended, null), "go", Json.EMPTY_ARRAY, null);
                    node.result("run-" + ended);
                }
                this.written.incrementAndGet();
            }
        }
        catch (InterruptedException | RuntimeException | Error ex) {
            this.problem.set(ex);
        }
    }

}
