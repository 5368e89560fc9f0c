package dev.workflow.cookbook.saga;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import org.springframework.stereotype.Component;

/** Has everything but what is called none, and does not answer for what is away. */
@Component
class FakeTravelAgency implements TravelAgency {

    private final Map<String, List<String>> log = new ConcurrentHashMap<>();

    @Override
    public boolean book(String what, String tripId, String which) {
        if (which.equals("away")) {
            throw new IllegalStateException("The agency does not answer");
        }
        if (which.equals("none")) {
            return false;
        }
        log(tripId).add("book " + what);
        return true;
    }

    @Override
    public void cancel(String what, String tripId) {
        log(tripId).add("cancel " + what);
    }

    List<String> log(String tripId) {
        return this.log.computeIfAbsent(tripId, (key) -> new CopyOnWriteArrayList<>());
    }

}
