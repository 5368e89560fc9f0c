package dev.workflow.sample.crash;

import java.io.IOException;

/** Sends a signal of the operating system to one process, by its id. */
final class Signals {

    private Signals() {
    }

    static void send(long pid, String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
    }

}
