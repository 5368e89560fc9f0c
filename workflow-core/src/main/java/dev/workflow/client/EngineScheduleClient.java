package dev.workflow.client;

import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import dev.workflow.Constraints;
import dev.workflow.VoidCall;
import dev.workflow.engine.ScheduleService;
import dev.workflow.engine.StartRequest;
import dev.workflow.payload.Json;
import dev.workflow.worker.MemberKind;
import dev.workflow.worker.Recorded;
import org.jspecify.annotations.Nullable;

/** Schedules on the engine, through the interceptors of the client. */
final class EngineScheduleClient implements ScheduleClient {

    private static final int PAGE = 100;

    private final ClientCalls calls;

    private final StartRequests requests;

    EngineScheduleClient(ClientCalls calls, StartRequests requests) {
        this.calls = calls;
        this.requests = requests;
    }

    private ScheduleService service() {
        return this.calls.service().schedules();
    }

    @Override
    public <W> ScheduleHandle create(String scheduleId, ScheduleSpec spec, Class<W> type, VoidCall<W> call,
            WorkflowOptions workflow, ScheduleOptions options) {
        Recorded recorded = this.calls.recorder().record(type, call, MemberKind.WORKFLOW);
        return create(scheduleId, spec, recorded.workflowType(), this.calls.recorder().declaredTaskQueue(type),
                workflow, options, recorded.arguments());
    }

    @Override
    public ScheduleHandle create(String scheduleId, ScheduleSpec spec, String type, WorkflowOptions workflow,
            ScheduleOptions options, @Nullable Object... args) {
        return create(scheduleId, spec, type, null, workflow, options, args);
    }

    private ScheduleHandle create(String scheduleId, ScheduleSpec spec, String type, @Nullable String declaredQueue,
            WorkflowOptions workflow, ScheduleOptions options, @Nullable Object[] args) {
        Constraints.id("scheduleId", scheduleId);
        Constraints.id("type", type);
        Objects.requireNonNull(spec, "spec");
        Json input = this.calls.encode(args);
        return this.calls.send("createSchedule", (headers) -> {
            if (workflow.idConflictPolicy() != null) {
                throw new IllegalArgumentException(
                        "idConflictPolicy: expected nothing in what a schedule starts, since "
                                + "each run has an id of its own; given " + workflow.idConflictPolicy());
            }
            StartRequest request = this.requests.of(type, input, workflow, IdConflictPolicy.FAIL, null)
                .declaring(declaredQueue);
            service().create(scheduleId, spec, request.withHeader(headers), options);
            return schedule(scheduleId);
        }, ClientCalls.flat(args, scheduleId, type));
    }

    @Override
    public ScheduleHandle schedule(String scheduleId) {
        return new EngineScheduleHandle(this.calls, Constraints.id("scheduleId", scheduleId));
    }

    @Override
    public Stream<ScheduleDescription> list() {
        return this.calls.call("listSchedules",
                () -> StreamSupport.stream(Spliterators.spliteratorUnknownSize(new Pages(service()), 0), false));
    }

    /** Reads page by page. */
    private static final class Pages implements Iterator<ScheduleDescription> {

        private final ScheduleService service;

        private Iterator<ScheduleDescription> page = List.<ScheduleDescription>of().iterator();

        private String last = "";

        private boolean ended;

        Pages(ScheduleService service) {
            this.service = service;
        }

        @Override
        public boolean hasNext() {
            if (!this.page.hasNext() && !this.ended) {
                List<ScheduleDescription> next = this.service.list(this.last, PAGE);
                this.ended = next.size() < PAGE;
                this.page = next.iterator();
            }
            return this.page.hasNext();
        }

        @Override
        public ScheduleDescription next() {
            if (!hasNext()) {
                throw new java.util.NoSuchElementException();
            }
            ScheduleDescription next = this.page.next();
            this.last = next.scheduleId();
            return next;
        }

    }

}
