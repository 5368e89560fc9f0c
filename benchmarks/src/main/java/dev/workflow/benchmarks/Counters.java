package dev.workflow.benchmarks;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What has been spent so far.
 *
 * @param commits what the nodes have committed
 * @param writes how many transactions of the server have written something
 * @param wal bytes of the write-ahead log
 * @param jvmCpu processor seconds of this JVM
 * @param postgresCpu processor seconds of the server
 * @param nanos the time
 */
record Counters(Session.Commits commits, double writes, double wal, double jvmCpu, double postgresCpu, long nanos) {

    static Counters read(List<? extends Session> nodes, Database database, PostgresServer server) {
        Session.Commits commits = nodes.stream().map(Session::commits).reduce(Session.Commits::plus).orElseThrow();
        return new Counters(commits, database.writingTransactions(), database.walPosition(), Cpu.jvm(), server.cpu(),
                System.nanoTime());
    }

    Counters minus(Counters before) {
        return new Counters(this.commits.minus(before.commits), this.writes - before.writes, this.wal - before.wal,
                this.jvmCpu - before.jvmCpu, this.postgresCpu - before.postgresCpu, this.nanos - before.nanos);
    }

    /** What each workflow cost. */
    Map<Metric, Double> costs(long number) {
        double workflows = number;
        Map<Metric, Double> costs = new EnumMap<>(Metric.class);
        costs.put(Metric.TRANSITIONS_PER_COMMIT, this.commits.transitions() / this.commits.commits());
        costs.put(Metric.COMMITS_PER_WORKFLOW, this.commits.commits() / workflows);
        costs.put(Metric.WRITES_PER_WORKFLOW, this.writes / workflows);
        costs.put(Metric.WAL_PER_WORKFLOW, this.wal / workflows);
        costs.put(Metric.JVM_CPU, this.jvmCpu / workflows * 1_000);
        costs.put(Metric.POSTGRES_CPU, this.postgresCpu / workflows * 1_000);
        return costs;
    }

    /** Processors that were busy, of the JVM and the server together. */
    double cores() {
        double seconds = this.jvmCpu + (Double.isNaN(this.postgresCpu) ? 0 : this.postgresCpu);
        return seconds / (this.nanos / 1e9);
    }

}
