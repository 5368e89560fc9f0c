package dev.workflow.boot.web;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

import jakarta.servlet.http.HttpServletResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The streams that are open, each on a virtual thread; at most so many. */
final class HistoryStreams implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(HistoryStreams.class);

    private final Semaphore permits;

    private final Duration pollInterval;

    private volatile CountDownLatch stop = new CountDownLatch(1);

    HistoryStreams(int maxStreams, Duration pollInterval) {
        this.permits = new Semaphore(maxStreams);
        this.pollInterval = pollInterval;
    }

    /** Allows streams again after they were ended. */
    void open() {
        if (this.stop.getCount() == 0) {
            this.stop = new CountDownLatch(1);
        }
    }

    /** Takes one of the places; each must be given back or used. */
    void reserve() {
        if (!this.permits.tryAcquire()) {
            throw ProblemType.TOO_MANY_STREAMS.because(
                    "Too many histories are followed already. Try again later, or " + "read the history page by page.");
        }
    }

    int available() {
        return this.permits.availablePermits();
    }

    void giveBack() {
        this.permits.release();
    }

    /**
     * Uses a place: writes the stream to its end and gives the place back.
     * @param ended called at the end, unless the client has gone, which the container
     * notices by itself
     */
    void start(HistoryStream stream, HttpServletResponse response, Runnable ended) {
        Thread.ofVirtual().name("workflow-history-stream").start(() -> {
            try {
                stream.writeTo(response.getOutputStream(), this.pollInterval, this.stop);
                ended.run();
            }
            catch (IOException ex) {
                logger.debug("A client that followed a history has gone", ex);
            }
            catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
            catch (RuntimeException ex) {
                // The client connects again and learns what is the matter.
                logger.debug("A history could not be followed any further", ex);
                ended.run();
            }
            finally {
                giveBack();
            }
        });
    }

    /** Ends all streams. */
    @Override
    public void close() {
        this.stop.countDown();
    }

}
