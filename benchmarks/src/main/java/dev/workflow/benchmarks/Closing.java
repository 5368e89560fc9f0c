package dev.workflow.benchmarks;

/**
 * Closes things completely, also on a thread that was interrupted because its time is
 * over.
 */
final class Closing {

    private Closing() {
    }

    static void completely(Runnable close) {
        boolean interrupted = Thread.interrupted();
        try {
            close.run();
        }
        finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

}
