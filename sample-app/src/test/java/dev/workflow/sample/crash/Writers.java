package dev.workflow.sample.crash;

import java.sql.SQLException;
import java.util.List;

/**
 * Records, independently of the engine, which process wrote each event and which process
 * held the run then: triggers note the name of the connection with each event, with each
 * change of a run's owner, and with each node that registers.
 */
final class Writers {

    private final Database database;

    Writers(Database database) {
        this.database = database;
    }

    /**
     * Begins to record; the tables must exist, and no run yet.
     * @param first the only process that has registered so far
     */
    void record(NodeProcess first) throws SQLException {
        this.database.execute("""
                create table crash_node (owner bigint primary key, process text not null);
                insert into crash_node select id, '%s' from workflow_node;
                create table crash_event (run_id uuid, event_id bigint, process text, primary key (run_id, event_id));
                create table crash_owner (run_id uuid, token int, owner bigint, first_event bigint,
                  at timestamptz default clock_timestamp(), primary key (run_id, token));
                create function crash_node() returns trigger language plpgsql as $$
                begin
                  insert into crash_node values (new.id, current_setting('application_name')); return null;
                end $$;
                create function crash_event() returns trigger language plpgsql as $$
                begin
                  insert into crash_event values (new.run_id, new.event_id, current_setting('application_name'));
                  return null;
                end $$;
                create function crash_started() returns trigger language plpgsql as $$
                begin
                  insert into crash_owner values (new.run_id, new.token, new.owner, 1); return null;
                end $$;
                create function crash_claimed() returns trigger language plpgsql as $$
                begin
                  insert into crash_owner values (new.run_id, new.token, new.owner, old.last_event + 1); return null;
                end $$;
                create trigger crash after insert on workflow_node for each row execute function crash_node();
                create trigger crash after insert on workflow_event for each row execute function crash_event();
                create trigger crash_start after insert on workflow_task for each row
                  when (new.owner is not null) execute function crash_started();
                create trigger crash_claim after update of owner on workflow_task for each row
                  when (new.owner is not null and new.owner is distinct from old.owner)
                  execute function crash_claimed()""".formatted(first.name()));
    }

    /**
     * Events that were not written by the process that held the run: for each event the
     * last claim that had begun with it or before it names that process. A first event
     * without a claim was written by whoever started the run.
     */
    List<String> strangers() throws SQLException {
        return this.database.rows("""
                select e.run_id, e.event_id, e.process, n.process as holder, o.token
                from crash_event e
                cross join lateral (select * from crash_owner o where o.run_id = e.run_id
                  and o.first_event <= e.event_id order by o.token desc limit 1) o
                join crash_node n on n.owner = o.owner
                where n.process <> e.process
                order by e.run_id, e.event_id limit 20""");
    }

    long recorded() throws SQLException {
        return this.database.number("select count(*) from crash_event");
    }

}
