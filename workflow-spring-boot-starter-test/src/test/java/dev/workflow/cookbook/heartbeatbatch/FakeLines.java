package dev.workflow.cookbook.heartbeatbatch;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import org.springframework.stereotype.Component;

/** A hundred lines; the network is away when the line 37 comes for the first time. */
@Component
class FakeLines implements Lines {

    private final Map<String, List<Integer>> seen = new ConcurrentHashMap<>();

    @Override
    public int count(String file) {
        return 100;
    }

    @Override
    public void importLine(String file, int line) {
        List<Integer> lines = seen(file);
        boolean first = !lines.contains(line);
        lines.add(line);
        if (line == 37 && first) {
            throw new IllegalStateException("The network is away");
        }
    }

    List<Integer> seen(String file) {
        return this.seen.computeIfAbsent(file, (key) -> new CopyOnWriteArrayList<>());
    }

}
