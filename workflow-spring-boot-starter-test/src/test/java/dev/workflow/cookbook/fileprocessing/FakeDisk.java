package dev.workflow.cookbook.fileprocessing;

import java.util.concurrent.atomic.AtomicInteger;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Pretends for some downloads to be another host, which is gone since. */
@Component
class FakeDisk implements Disk {

    private final String queue;

    private final AtomicInteger lostHosts = new AtomicInteger();

    FakeDisk(@Value("${cookbook.files.queue}") String queue) {
        this.queue = queue;
    }

    void loseHosts(int count) {
        this.lostHosts.set(count);
    }

    @Override
    public String queue() {
        return (this.lostHosts.getAndUpdate((count) -> Math.max(0, count - 1)) > 0) ? "files-gone" : this.queue;
    }

    @Override
    public String store(String url) {
        return "/tmp/" + url;
    }

    @Override
    public String convert(String path) {
        return path + ".png";
    }

    @Override
    public String upload(String path) {
        return "uploaded " + path;
    }

}
