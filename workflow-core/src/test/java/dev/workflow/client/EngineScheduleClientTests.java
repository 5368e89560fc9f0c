package dev.workflow.client;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.engine.StartRequest;
import dev.workflow.interceptor.ClientInterceptor;
import dev.workflow.payload.JacksonFailureConverter;
import dev.workflow.payload.JacksonPayloadConverter;
import dev.workflow.payload.PayloadConverter;
import dev.workflow.visibility.WorkflowLists;
import dev.workflow.worker.CallRecorder;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** What the client makes of schedules: calls of the engine, through the interceptors. */
class EngineScheduleClientTests {

    private static final ScheduleSpec NIGHTLY = ScheduleSpec.cron("@daily");

    private final RecordingService service = new RecordingService();

    private final List<String> intercepted = new ArrayList<>();

    private final List<ClientInterceptor> interceptors = new ArrayList<>();

    private ScheduleClient client() {
        PayloadConverter payloads = new JacksonPayloadConverter();
        return new EngineWorkflowClient(this.service, new CallRecorder(new DefaultListableBeanFactory()), payloads,
                new JacksonFailureConverter(payloads), new WorkflowLists(new DriverManagerDataSource(), null),
                this.interceptors)
            .schedules();
    }

    @Test
    void recordedCallIsWhatEachRunIsStartedWith() {
        this.interceptors.add((call) -> {
            this.intercepted.add(call.name() + call.arguments());
            return call.proceed();
        });
        ScheduleHandle handle = client().create("nightly", NIGHTLY, Report.class, (w) -> w.make("all", 3),
                WorkflowOptions.withId("report").memo(Map.of("a", 1)), ScheduleOptions.defaults());
        assertThat(handle.scheduleId()).isEqualTo("nightly");
        StartRequest action = this.service.schedules.actions.getFirst();
        assertThat(action.workflowType()).isEqualTo("Report");
        assertThat(action.workflowId()).isEqualTo("report");
        assertThat(action.input().text()).isEqualTo("[\"all\",3]");
        assertThat(action.memo()).containsOnlyKeys("a");
        assertThat(this.intercepted).containsExactly("createSchedule[nightly, Report, all, 3]");
    }

    @Test
    void queueThatTheInterfaceDeclaresIsTold() {
        client().create("nightly", NIGHTLY, Elsewhere.class, Elsewhere::make, WorkflowOptions.defaults(),
                ScheduleOptions.defaults());
        assertThat(this.service.schedules.actions.getFirst().declaredTaskQueue()).isEqualTo("far");
    }

    @Test
    void workflowMayBeKnownByItsNameOnly() {
        client().create("nightly", NIGHTLY, "Elsewhere", WorkflowOptions.defaults().taskQueue("far"),
                ScheduleOptions.defaults(), "x");
        assertThat(this.service.schedules.actions.getFirst().workflowType()).isEqualTo("Elsewhere");
        assertThat(this.service.schedules.actions.getFirst().input().text()).isEqualTo("[\"x\"]");
    }

    @Test
    void policyForConflictsHasNoPlaceInASchedule() {
        assertThatIllegalArgumentException().isThrownBy(() -> client().create("nightly", NIGHTLY, Report.class,
                (w) -> w.make("all", 3), WorkflowOptions.defaults().idConflictPolicy(IdConflictPolicy.USE_EXISTING),
                ScheduleOptions.defaults()))
            .withMessageStartingWith("idConflictPolicy: expected nothing");
    }

    @Test
    void handleAsksForWhatItsMethodsSay() {
        ScheduleHandle handle = client().schedule("nightly");
        handle.pause("holidays");
        handle.unpause("back");
        handle.trigger();
        handle.trigger(OverlapPolicy.ALLOW_ALL);
        handle.backfill(Instant.EPOCH, Instant.EPOCH.plus(Duration.ofDays(1)), OverlapPolicy.BUFFER_ALL);
        handle.update(NIGHTLY, ScheduleOptions.defaults());
        handle.delete();
        assertThat(this.service.calls).containsExactly("pause nightly: holidays", "unpause nightly: back",
                "trigger nightly null", "trigger nightly ALLOW_ALL",
                "backfill nightly 1970-01-01T00:00:00Z 1970-01-02T00:00:00Z BUFFER_ALL", "update nightly",
                "delete nightly");
        assertThatExceptionOfType(ScheduleNotFoundException.class).isThrownBy(handle::describe)
            .withMessage("There is no schedule 'nightly'");
    }

    @Test
    void listIsReadInPages() {
        IntStream.range(100, 350).mapToObj((i) -> description("s" + i)).forEach(this.service.schedules.schedules::add);
        try (Stream<ScheduleDescription> all = client().list()) {
            assertThat(all).hasSize(250).last().extracting(ScheduleDescription::scheduleId).isEqualTo("s349");
        }
        assertThat(this.service.calls).containsExactly("list after ''", "list after 's199'", "list after 's299'");
    }

    private static ScheduleDescription description(String id) {
        return new ScheduleDescription(id, "Report", false, "", List.of(), List.of(), 0, List.of(), 0, 0, 0, "",
                Instant.EPOCH, NIGHTLY, ScheduleOptions.defaults());
    }

    @Workflow(taskQueue = "far")
    interface Elsewhere {

        @WorkflowMethod
        void make();

    }

    @Workflow
    static class Report {

        @WorkflowMethod
        void make(String what, int copies) {
            throw new IllegalStateException(what + copies);
        }

    }

}
