package dev.workflow.worker;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong, so that one start shows all of it. */
final class Problems {

    private final List<Problem> found = new ArrayList<>();

    void add(String beanName, String description, String action) {
        this.found.add(new Problem(beanName, description, action));
    }

    boolean isEmpty() {
        return this.found.isEmpty();
    }

    void throwIfAny() {
        if (!this.found.isEmpty()) {
            throw new InvalidWorkflowTypeException(this.found);
        }
    }

}
