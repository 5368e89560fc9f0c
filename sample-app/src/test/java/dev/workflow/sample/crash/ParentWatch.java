package dev.workflow.sample.crash;

import java.io.IOException;

import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

/**
 * Ends this node when the test that started it is gone: its standard input then ends.
 * However a test dies, it leaves no node behind.
 */
@Component
@Profile("crash")
class ParentWatch {

    ParentWatch() {
        Thread.ofPlatform().name("parent-watch").daemon(true).start(ParentWatch::watch);
    }

    private static void watch() {
        try {
            while (System.in.read() >= 0) {
                // Nothing is ever written.
            }
        }
        catch (IOException ex) {
            // Its end, too.
        }
        Runtime.getRuntime().halt(14);
    }

}
