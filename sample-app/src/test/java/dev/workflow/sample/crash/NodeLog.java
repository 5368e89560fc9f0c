package dev.workflow.sample.crash;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;

/** What the nodes of a test have said, as far as the test looks at it. */
final class NodeLog {

    private static final Pattern INTERESTING = Pattern
        .compile("Took \\d+ runs|belongs to somebody else now|was declared dead|ERROR|could not|A poll failed|"
                + "A heartbeat failed|Released \\d+ runs|in place of|has stopped|poison|local nap");

    /** A line, and when it was read. */
    record Line(String node, long nanos, String text) {
    }

    private final Queue<Line> lines = new ConcurrentLinkedQueue<>();

    void add(String node, String text) {
        if (INTERESTING.matcher(text).find()) {
            this.lines.add(new Line(node, System.nanoTime(), text));
        }
    }

    List<Line> matching(String pattern) {
        Pattern wanted = Pattern.compile(pattern);
        return this.lines.stream().filter((line) -> wanted.matcher(line.text()).find()).toList();
    }

    int count(String pattern) {
        return matching(pattern).size();
    }

}
