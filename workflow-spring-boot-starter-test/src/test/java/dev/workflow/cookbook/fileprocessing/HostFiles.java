package dev.workflow.cookbook.fileprocessing;

import dev.workflow.Activity;

/** What must happen where the file is: every host has a queue of its own. */
@Activity(taskQueue = "${cookbook.files.queue}", startToCloseTimeout = "10m")
public class HostFiles {

    private final Disk disk;

    HostFiles(Disk disk) {
        this.disk = disk;
    }

    public String convert(String path) {
        return this.disk.convert(path);
    }

    public String upload(String path) {
        return this.disk.upload(path);
    }

}
