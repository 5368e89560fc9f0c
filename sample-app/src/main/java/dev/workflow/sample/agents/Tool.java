package dev.workflow.sample.agents;

import java.util.Arrays;
import java.util.Optional;

/** What an agent can use. */
public enum Tool {

    /** Two numbers and an operator between them. */
    CALCULATE(false),

    /** The text of a note. */
    READ(false),

    /** A note's name and, after it, its new text. */
    WRITE(true),

    /** Removes the note of that name. */
    DELETE(true);

    private final boolean dangerous;

    Tool(boolean dangerous) {
        this.dangerous = dangerous;
    }

    /** Whether a person has to agree. */
    public boolean isDangerous() {
        return this.dangerous;
    }

    /** The tool of that name. Models make names up. */
    static Optional<Tool> named(String name) {
        return Arrays.stream(values()).filter((tool) -> tool.name().equalsIgnoreCase(name)).findFirst();
    }

}
