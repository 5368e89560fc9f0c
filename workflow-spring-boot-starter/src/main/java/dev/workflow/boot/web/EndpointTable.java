package dev.workflow.boot.web;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.http.server.PathContainer;
import org.springframework.http.server.RequestPath;
import org.springframework.util.StringUtils;
import org.springframework.web.util.ServletRequestPathUtils;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * All operations and where they are. What is under the base path but is no operation's
 * path may be the application's own, also beneath a resource of ours: only the paths of
 * operations are claimed.
 */
final class EndpointTable {

    private final List<Row> rows;

    private final List<PathPattern> covered;

    EndpointTable(String basePath, List<Endpoint> endpoints) {
        PathPatternParser parser = new PathPatternParser();
        this.rows = endpoints.stream()
            .map((endpoint) -> new Row(endpoint, parser.parse(basePath + endpoint.path())))
            .toList();
        this.covered = basePath.isEmpty() ? resources(endpoints, parser) : List.of(parser.parse(basePath + "/**"));
    }

    private static List<PathPattern> resources(List<Endpoint> endpoints, PathPatternParser parser) {
        return endpoints.stream()
            .map((endpoint) -> StringUtils.tokenizeToStringArray(endpoint.path(), "/")[0])
            .distinct()
            .map((resource) -> parser.parse("/" + resource + "/**"))
            .toList();
    }

    /** Whether there is an operation at the request's path, of whatever method. */
    boolean claims(HttpServletRequest request) {
        return pattern(path(request)) != null;
    }

    /** The whole pattern of the operations at the path; null: there are none. */
    @Nullable String pattern(PathContainer path) {
        if (!covers(path)) {
            return null;
        }
        return this.rows.stream()
            .map(Row::pattern)
            .filter((pattern) -> pattern.matches(path))
            .map(PathPattern::getPatternString)
            .findFirst()
            .orElse(null);
    }

    /**
     * Whether the request is for what is answered here when nobody else does: anything
     * under the base path; at the root, where all of the application is, the resources.
     */
    boolean covers(HttpServletRequest request) {
        return covers(path(request));
    }

    private boolean covers(PathContainer path) {
        return this.covered.stream().anyMatch((pattern) -> pattern.matches(path));
    }

    /** The operation that is asked for, whatever comes of it; null: none. */
    @Nullable Match match(HttpServletRequest request) {
        PathContainer path = path(request);
        for (Row row : this.rows) {
            if (row.endpoint.accepts(request.getMethod())) {
                PathPattern.PathMatchInfo info = row.pattern.matchAndExtract(path);
                if (info != null) {
                    return new Match(row.endpoint, row.pattern.getPatternString(), info.getUriVariables());
                }
            }
        }
        return null;
    }

    /** The methods that the path allows; empty: there is no such path. */
    Set<String> methods(HttpServletRequest request) {
        PathContainer path = path(request);
        return this.rows.stream()
            .filter((row) -> row.pattern.matches(path))
            .flatMap((row) -> row.endpoint.methods())
            .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Within the application and the servlet; parsed here where that comes before the
     * dispatcher, in a filter.
     */
    static PathContainer path(HttpServletRequest request) {
        if (ServletRequestPathUtils.hasParsedRequestPath(request)) {
            return ServletRequestPathUtils.getParsedRequestPath(request).pathWithinApplication();
        }
        RequestPath path = ServletRequestPathUtils.parse(request);
        return path.pathWithinApplication();
    }

    private record Row(Endpoint endpoint, PathPattern pattern) {
    }

    /**
     * A request's operation.
     *
     * @param endpoint the operation
     * @param pattern the whole pattern of its path
     * @param variables the decoded variables of its path
     */
    record Match(Endpoint endpoint, String pattern, Map<String, String> variables) {
    }

}
