package dev.workflow.cookbook.fileprocessing;

/** The disk of this host. */
interface Disk {

    /** The task queue that only this host serves. */
    String queue();

    String store(String url);

    String convert(String path);

    String upload(String path);

}
