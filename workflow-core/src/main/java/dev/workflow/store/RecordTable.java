package dev.workflow.store;

import java.time.Instant;

/** Records of the past, as far as the engine deletes them. */
final class RecordTable {

    private final Sessions sessions;

    RecordTable(Sessions sessions) {
        this.sessions = sessions;
    }

    int deleteBatches(Instant before, int limit) {
        return this.sessions.update(this.sessions.sql("""
                delete from @workflow_batch where id = any(array(
                  select id from @workflow_batch where ended_at < ? order by ended_at limit ?
                  for update skip locked))"""), (s) -> {
            s.setObject(1, Sessions.time(before));
            s.setInt(2, limit);
        });
    }

}
