package dev.workflow.worker;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Workflow or activity beans that cannot work as they are written; thrown at start, with
 * everything that was found.
 */
public class InvalidWorkflowTypeException extends RuntimeException {

    private final List<Problem> problems;

    public InvalidWorkflowTypeException(List<Problem> problems) {
        super(problems.stream()
            .map((problem) -> problem.description() + " " + problem.action())
            .collect(Collectors.joining(System.lineSeparator())));
        this.problems = List.copyOf(problems);
    }

    public InvalidWorkflowTypeException(String beanName, String description, String action) {
        this(List.of(new Problem(beanName, description, action)));
    }

    /** Everything that was found, at least one. */
    public List<Problem> problems() {
        return this.problems;
    }

    /** The first bean. */
    public String beanName() {
        return this.problems.getFirst().beanName();
    }

    /** What is wrong, one line for each problem. */
    public String description() {
        return this.problems.stream().map(Problem::description).collect(Collectors.joining(System.lineSeparator()));
    }

    /** What to do, one line for each different advice. */
    public String action() {
        return this.problems.stream()
            .map(Problem::action)
            .distinct()
            .collect(Collectors.joining(System.lineSeparator()));
    }

}
