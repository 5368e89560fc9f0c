package dev.workflow.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * A node of this engine in a JVM of its own. It says that it is ready and runs until its
 * standard input ends, or until it is killed.
 */
public final class Node {

    static final String READY = "ready";

    private Node() {
    }

    /** The arguments are URL and user of the database; the password is read first. */
    public static void main(String[] arguments) throws IOException {
        String password = new String(readLine(), StandardCharsets.UTF_8);
        Database database = new Database(arguments[0], arguments[1], password);
        try (Session node = new EngineContender().open(database)) {
            System.out.println(READY);
            while (System.in.read() >= 0) {
                // Whatever comes means nothing; the end does.
            }
        }
    }

    private static byte[] readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int read = System.in.read();
        while (read >= 0 && read != '\n') {
            line.write(read);
            read = System.in.read();
        }
        return line.toByteArray();
    }

}
