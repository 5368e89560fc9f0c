package dev.workflow.boot.web;

import java.util.List;
import java.util.Map;

import dev.workflow.visibility.WorkflowLists;
import org.jspecify.annotations.Nullable;

/** Lists and counts workflow executions. */
final class ListResource {

    private static final int DEFAULT_PAGE_SIZE = 50;

    private final WorkflowLists lists;

    ListResource(WorkflowLists lists) {
        this.lists = lists;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.get("/workflows", this::list), Endpoint.get("/workflows/count", this::count));
    }

    private Reply list(RestCall call) {
        int size = call.number("pageSize", DEFAULT_PAGE_SIZE, WorkflowLists.MAX_PAGE_SIZE);
        return Reply.ok(this.lists.list(call.parameter("query"), size, call.parameter("pageToken")));
    }

    private Reply count(RestCall call) {
        String query = call.parameter("query");
        String groupBy = call.parameter("groupBy");
        if (groupBy == null) {
            return Reply.ok(new Count(this.lists.count(query), null));
        }
        Map<String, Long> groups = this.lists.count(query, groupBy);
        return Reply.ok(new Count(groups.values().stream().mapToLong(Long::longValue).sum(), groups));
    }

    /** The answer to a count. */
    private record Count(long count, @Nullable Map<String, Long> groups) {
    }

}
