package dev.workflow.cookbook.polling;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import org.springframework.stereotype.Component;

/** Has every report when it is asked for the fifth time. */
@Component
class FakeReports implements Reports {

    private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();

    @Override
    public Optional<String> find(String id) {
        int times = this.asked.computeIfAbsent(id, (key) -> new AtomicInteger()).incrementAndGet();
        return (times < 5) ? Optional.empty() : Optional.of("report " + id);
    }

    int asked(String id) {
        return this.asked.get(id).get();
    }

}
