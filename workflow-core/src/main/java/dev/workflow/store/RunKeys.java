package dev.workflow.store;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Keys of rows that belong to runs, as two arrays: the run, and a number within it.
 */
final class RunKeys {

    private final List<UUID> runs = new ArrayList<>();

    private final List<Long> numbers = new ArrayList<>();

    void add(UUID run, Collection<Long> numbers) {
        for (Long number : numbers) {
            this.runs.add(run);
            this.numbers.add(number);
        }
    }

    /**
     * Adds a statement for these rows, unless there are none.
     * @param sql takes the runs, the numbers, and then what else is given
     */
    void update(Round round, String sql, Object... others) throws SQLException {
        if (!this.runs.isEmpty()) {
            round.update(sql,
                    Stream.concat(Stream.of(round.uuids(this.runs), round.longs(this.numbers)), Stream.of(others))
                        .toArray());
        }
    }

}
