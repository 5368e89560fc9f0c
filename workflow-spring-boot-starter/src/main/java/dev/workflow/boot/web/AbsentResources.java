package dev.workflow.boot.web;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * What callers may know from elsewhere and this version has not: said in so many words,
 * so that nobody looks for a mistake of their own. The application may have resources of
 * its own at these paths.
 */
final class AbsentResources {

    private final List<Row> rows;

    AbsentResources(String basePath) {
        PathPatternParser parser = new PathPatternParser();
        this.rows = List.of(
                new Row(parser.parse(basePath + "/batches/**"),
                        "batch operations. List the workflows and send the request for each of them."),
                new Row(parser.parse(basePath + "/workflows/{id}/reset"),
                        "resets. Terminate the workflow and start it again."));
    }

    /** What to say of the path; null: nothing. */
    @Nullable RestProblem at(PathContainer path) {
        return this.rows.stream()
            .filter((row) -> row.pattern.matches(path))
            .map((row) -> ProblemType.NOT_IN_THIS_VERSION.because("This version has no " + row.what))
            .findFirst()
            .orElse(null);
    }

    /**
     * One of them.
     *
     * @param pattern where it would be
     * @param what what is missing, and what to do instead
     */
    private record Row(PathPattern pattern, String what) {

    }

}
