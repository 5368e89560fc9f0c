package dev.workflow.boot.web;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import dev.workflow.batch.Batches;
import dev.workflow.engine.NodeDirectory;
import dev.workflow.engine.TypeRegistry;
import dev.workflow.engine.WorkflowService;
import dev.workflow.payload.PayloadConverter;
import dev.workflow.visibility.WorkflowLists;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;
import org.springframework.core.Ordered;
import org.springframework.http.server.PathContainer;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;

/**
 * The REST resources. Two handler mappings serve them: {@link #resources()} before the
 * application's controllers, where there is an operation, and {@link #unknownPaths()}
 * after them, for what is under the base path but nobody's.
 * <p>
 * When the application stops, requests that wait are answered, and streams ended, before
 * the web server waits for them.
 */
public final class WorkflowRest implements SmartLifecycle {

    private static final Logger logger = LoggerFactory.getLogger(WorkflowRest.class);

    private static final int MAX_STREAMS = 200;

    private static final Duration STREAM_POLL_INTERVAL = Duration.ofMillis(500);

    /** Before the mappings of controllers and router functions, after the actuator's. */
    private static final int BEFORE_CONTROLLERS = -50;

    /** Before the mapping of static resources, which takes everything. */
    private static final int AFTER_CONTROLLERS = Ordered.LOWEST_PRECEDENCE - 100;

    private final EndpointTable endpoints;

    private final RestDispatcher dispatcher;

    private final HistoryStreams streams = new HistoryStreams(MAX_STREAMS, STREAM_POLL_INTERVAL);

    private final Waiting waiting = new Waiting();

    private volatile boolean running;

    public WorkflowRest(RestSettings settings, WorkflowService workflows, TypeRegistry types, PayloadConverter payloads,
            WorkflowLists lists, Batches batches, NodeDirectory directory) {
        ArgumentCheck check = new ArgumentCheck(workflows, types, payloads);
        List<Endpoint> all = Stream
            .of(new StartResource(workflows, check).endpoints(), new ScheduleResource(workflows, check).endpoints(),
                    new ListResource(lists).endpoints(), new ExecutionResource(workflows, this.waiting).endpoints(),
                    new ResetResource(workflows).endpoints(), new BatchResource(batches).endpoints(),
                    new HistoryResource(workflows).endpoints(),
                    new HandlerResource(workflows, check, this.waiting).endpoints(),
                    new ActivityResource(workflows).endpoints(),
                    new NodeResource(directory, workflows.operator()).endpoints(),
                    new PendingActivityResource(workflows.operator()).endpoints(),
                    new VersionResource(workflows).endpoints(), new PauseResource(workflows.operator()).endpoints(),
                    new LimitResource(workflows.operator()).endpoints(),
                    new OperatorActionResource(workflows.operator()).endpoints(),
                    new FairnessResource(workflows.operator()).endpoints())
            .flatMap(List::stream)
            .toList();
        this.endpoints = new EndpointTable(settings.basePath(), all);
        this.dispatcher = new RestDispatcher(settings, this.endpoints, this.streams, workflows::actAs);
    }

    /** Serves the resources. To be registered as a bean. */
    public WorkflowHandlerMapping resources() {
        return new WorkflowHandlerMapping(this.endpoints::claims, this.dispatcher, BEFORE_CONTROLLERS);
    }

    /**
     * Says of other paths under the base path that there is nothing. To be registered as
     * a bean.
     */
    public WorkflowHandlerMapping unknownPaths() {
        return new WorkflowHandlerMapping(this.endpoints::covers, this.dispatcher::unknownPath, AFTER_CONTROLLERS);
    }

    /**
     * Says which of the application's controllers are not reached, because there is an
     * operation at their path. To be called when all of them are known.
     */
    public void warnOfTaken(Stream<RequestMappingInfoHandlerMapping> mappings) {
        List<String> taken = mappings.filter((mapping) -> mapping.getOrder() > BEFORE_CONTROLLERS)
            .flatMap((mapping) -> mapping.getHandlerMethods().entrySet().stream())
            .flatMap((entry) -> taken(entry.getKey(), entry.getValue()))
            .sorted()
            .toList();
        if (!taken.isEmpty()) {
            logger.warn(
                    "The REST resources of workflows answer in place of controllers of this application: {}. Give "
                            + "them another workflow.rest.base-path, or switch them off (workflow.rest.enabled=false).",
                    String.join("; ", taken));
        }
    }

    /**
     * A controller's pattern is a path, too: its variables are like any other segment.
     */
    private Stream<String> taken(RequestMappingInfo mapping, HandlerMethod handler) {
        return mapping.getPatternValues().stream().filter((pattern) -> !pattern.contains("%")).flatMap((pattern) -> {
            String ours = this.endpoints.pattern(PathContainer.parsePath(pattern));
            return (ours == null) ? Stream.empty()
                    : Stream.of(ours + " in place of " + pattern + " (" + handler.getShortLogMessage() + ")");
        });
    }

    EndpointTable endpoints() {
        return this.endpoints;
    }

    HistoryStreams streams() {
        return this.streams;
    }

    @Override
    public void start() {
        this.streams.open();
        this.waiting.open();
        this.running = true;
    }

    @Override
    public void stop() {
        this.running = false;
        this.streams.close();
        this.waiting.close();
    }

    @Override
    public boolean isRunning() {
        return this.running;
    }

}
