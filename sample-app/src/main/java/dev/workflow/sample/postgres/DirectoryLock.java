package dev.workflow.sample.postgres;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.jspecify.annotations.Nullable;

/**
 * Says which process a data directory belongs to; the operating system releases it with
 * the process, however that ends.
 */
final class DirectoryLock implements AutoCloseable {

    private final FileChannel channel;

    private final FileLock lock;

    private DirectoryLock(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    /** Locks the directory, or returns null when another process has it. */
    static @Nullable DirectoryLock tryLock(Path directory) throws IOException {
        FileChannel channel = FileChannel.open(directory.resolveSibling(directory.getFileName() + ".lock"),
                StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return new DirectoryLock(channel, lock);
            }
        }
        catch (OverlappingFileLockException ex) {
            // Another application in this process has it.
        }
        channel.close();
        return null;
    }

    @Override
    public void close() throws IOException {
        this.lock.release();
        this.channel.close();
    }

}
