package dev.workflow.cookbook.fileprocessing;

import java.time.Duration;

import dev.workflow.ActivityOptions;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.cookbook.fileprocessing.Downloads.Downloaded;
import dev.workflow.failure.ActivityFailure;
import dev.workflow.failure.TimeoutFailure;

/** Downloads, converts and uploads a file on one host; on another when that is lost. */
@Workflow
public class FileWorkflow {

    private static final int HOSTS = 3;

    private final Downloads downloads;

    private final HostFiles files;

    FileWorkflow(Downloads downloads, HostFiles files) {
        this.downloads = downloads;
        this.files = files;
    }

    @WorkflowMethod
    public String process(String url) {
        for (int host = 1;; host++) {
            try {
                return processOn(this.downloads.download(url));
            }
            catch (ActivityFailure failure) {
                if (host == HOSTS || !(failure.getCause() instanceof TimeoutFailure)) {
                    throw failure;
                }
            }
        }
    }

    private String processOn(Downloaded file) {
        HostFiles host = Workflows.withOptions(this.files,
                ActivityOptions.defaults()
                    .taskQueue(file.hostQueue())
                    .scheduleToStartTimeout(Duration.ofMinutes(1))
                    .scheduleToCloseTimeout(Duration.ofHours(1)));
        return host.upload(host.convert(file.path()));
    }

}
