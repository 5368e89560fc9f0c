package dev.workflow.boot.web;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.function.Function;

import dev.workflow.engine.WorkflowService;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.http.ContentDisposition;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.context.request.async.AsyncWebRequest;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncManager;
import org.springframework.web.context.request.async.WebAsyncUtils;
import org.springframework.web.filter.ServerHttpObservationFilter;
import org.springframework.web.filter.ShallowEtagHeaderFilter;
import org.springframework.web.servlet.HandlerMapping;

/**
 * The one door: every request, and every later dispatch of one that waited, is checked
 * here before anything else is done with it, and everything that goes wrong leaves here
 * as problem details.
 */
final class RestDispatcher implements HttpRequestHandler {

    private static final Logger logger = LoggerFactory.getLogger(RestDispatcher.class);

    private final AccessRules access;

    private final EndpointTable endpoints;

    private final RequestBody bodies;

    private final HistoryStreams streams;

    private final String basePath;

    private final Function<@Nullable String, WorkflowService.Acting> acting;

    /**
     * A dispatcher.
     * @param acting says in whose name the thread acts
     */
    RestDispatcher(RestSettings settings, EndpointTable endpoints, HistoryStreams streams,
            Function<@Nullable String, WorkflowService.Acting> acting) {
        this.acting = acting;
        this.access = new AccessRules(settings.allowAnonymous());
        this.endpoints = endpoints;
        this.bodies = new RequestBody(settings.maxPayloadBytes());
        this.streams = streams;
        this.basePath = settings.basePath();
    }

    @Override
    public void handleRequest(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            this.access.check(request);
            deliver(reply(request), request, response);
        }
        catch (IOException ex) {
            logger.debug("A client has gone before it was answered", ex);
        }
        catch (Exception ex) {
            if (response.isCommitted()) {
                throw new IOException("The answer broke off", ex);
            }
            write(problem(ex, request), response);
        }
    }

    /** Answers what nobody else did; it tells nothing, so anybody may ask. */
    void unknownPath(HttpServletRequest request, HttpServletResponse response) throws IOException {
        write(problem(nothingHere(), request), response);
    }

    private Reply reply(HttpServletRequest request) throws Exception {
        WebAsyncManager async = WebAsyncUtils.getAsyncManager(request);
        if (async.hasConcurrentResult()) {
            Object result = async.getConcurrentResult();
            async.clearConcurrentResult();
            return switch (result) {
                case Reply reply -> reply;
                case IOException gone -> throw gone;
                case Throwable failure -> problem(failure, request);
                case null, default -> throw new IllegalStateException("Not a reply: " + result);
            };
        }
        EndpointTable.Match match = match(request);
        request.setAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE, match.pattern());
        ServerHttpObservationFilter.findObservationContext(request)
            .ifPresent((context) -> context.setPathPattern(match.pattern()));
        if (match.endpoint().hasBody()) {
            this.bodies.checkType(request);
        }
        try (WorkflowService.Acting ignored = this.acting.apply(request.getRemoteUser())) {
            return match.endpoint()
                .handler()
                .handle(new RestCall(request, match.variables(), this.basePath, this.bodies));
        }
    }

    private EndpointTable.Match match(HttpServletRequest request) {
        EndpointTable.Match match = this.endpoints.match(request);
        if (match != null) {
            return match;
        }
        Set<String> methods = this.endpoints.methods(request);
        if (methods.isEmpty()) {
            throw nothingHere();
        }
        throw ProblemType.METHOD_NOT_ALLOWED.because("This path allows " + String.join(", ", methods) + ".")
            .with("allowed", methods);
    }

    private void deliver(Reply reply, HttpServletRequest request, HttpServletResponse response) throws Exception {
        switch (reply) {
            case Reply.Ready ready -> write(ready, response);
            case Reply.Later later -> await(later, request, response);
            case Reply.Streaming streaming -> stream(streaming, request, response);
            case Reply.Download download -> send(download, response);
        }
    }

    private void await(Reply.Later later, HttpServletRequest request, HttpServletResponse response) throws Exception {
        DeferredResult<Reply> result = new DeferredResult<>(later.timeout().toMillis(),
                () -> problem(ProblemType.NO_WORKER.because("There was no answer in time."), request));
        later.reply().whenComplete((ready, failure) -> {
            if (failure != null) {
                result.setErrorResult(failure);
            }
            else {
                result.setResult(ready);
            }
        });
        startAsync(result, request, response);
    }

    /**
     * What goes wrong once the answer has begun ends the connection: a file that seems
     * whole and is not must not be kept.
     */
    private static void send(Reply.Download download, HttpServletResponse response) throws IOException {
        response.setContentType("application/json;charset=UTF-8");
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Content-Disposition",
                ContentDisposition.attachment().filename(download.name()).build().toString());
        response.flushBuffer();
        Writer writer = new OutputStreamWriter(response.getOutputStream(), StandardCharsets.UTF_8);
        download.body().writeTo(writer);
        writer.flush();
    }

    private void stream(Reply.Streaming reply, HttpServletRequest request, HttpServletResponse response)
            throws Exception {
        this.streams.reserve();
        HttpServletResponse out;
        DeferredResult<Reply> end = new DeferredResult<>(0L);
        try {
            ShallowEtagHeaderFilter.disableContentCaching(request);
            response.setContentType("text/event-stream;charset=UTF-8");
            response.setHeader("Cache-Control", "no-store");
            response.setHeader("X-Accel-Buffering", "no");
            out = startAsync(end, request, response);
        }
        catch (Exception ex) {
            this.streams.giveBack();
            throw ex;
        }
        this.streams.start(reply.stream(), out, () -> end.setResult(Reply.ENDED));
    }

    /** As Spring does it, so that filters around this see what they are used to. */
    private static HttpServletResponse startAsync(DeferredResult<Reply> result, HttpServletRequest request,
            HttpServletResponse response) throws Exception {
        AsyncWebRequest asyncRequest = WebAsyncUtils.createAsyncWebRequest(request, response);
        WebAsyncManager async = WebAsyncUtils.getAsyncManager(request);
        async.setAsyncWebRequest(asyncRequest);
        async.startDeferredResultProcessing(result);
        HttpServletResponse guarded = asyncRequest.getNativeResponse(HttpServletResponse.class);
        return (guarded != null) ? guarded : response;
    }

    private static RestProblem nothingHere() {
        return ProblemType.UNKNOWN_RESOURCE.because("There is nothing at this path.");
    }

    private static Reply.Ready problem(Throwable failure, HttpServletRequest request) {
        return Problems.of(failure).toReply(request.getRequestURI());
    }

    private static void write(Reply.Ready reply, HttpServletResponse response) throws IOException {
        if (response.isCommitted()) {
            return;
        }
        response.setStatus(reply.status().value());
        response.setHeader("Cache-Control", "no-store");
        reply.headers().forEach(response::setHeader);
        byte[] body = reply.body();
        if (body == null) {
            response.flushBuffer();
            return;
        }
        response.setContentType(reply.contentType());
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

}
