package dev.workflow.cookbook.fileprocessing;

import dev.workflow.Activity;

/** Any host may download: the activity waits in the workflow's own queue. */
@Activity(startToCloseTimeout = "10m")
public class Downloads {

    private final Disk disk;

    Downloads(Disk disk) {
        this.disk = disk;
    }

    /** Says whose disk has the file now. */
    public Downloaded download(String url) {
        return new Downloaded(this.disk.queue(), this.disk.store(url));
    }

    public record Downloaded(String hostQueue, String path) {
    }

}
