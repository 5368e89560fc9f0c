package dev.workflow.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** Some nodes of one contender on one database, in this JVM. */
final class Nodes implements AutoCloseable {

    private final List<Session> nodes = new ArrayList<>();

    private Nodes() {
    }

    static Nodes open(Contender contender, Database database, int number) {
        Nodes opened = new Nodes();
        try {
            for (int i = 0; i < number; i++) {
                opened.nodes.add(contender.open(database));
            }
            return opened;
        }
        catch (RuntimeException | Error ex) {
            opened.close();
            throw ex;
        }
    }

    Session get(int index) {
        return this.nodes.get(index);
    }

    List<Session> all() {
        return List.copyOf(this.nodes);
    }

    @Override
    public void close() {
        this.nodes.forEach(Session::close);
    }

}
