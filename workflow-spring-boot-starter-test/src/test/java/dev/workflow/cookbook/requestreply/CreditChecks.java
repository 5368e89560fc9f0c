package dev.workflow.cookbook.requestreply;

import dev.workflow.Activities;
import dev.workflow.Activity;
import dev.workflow.ActivityInfo;
import dev.workflow.ActivityMethod;
import dev.workflow.Retry;
import dev.workflow.cookbook.requestreply.CreditBureau.Request;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.core.simple.JdbcClient;

@Activity
public class CreditChecks {

    private final CreditBureau bureau;

    private final JdbcClient jdbc;

    CreditChecks(CreditBureau bureau, JdbcClient jdbc) {
        this.bureau = bureau;
        this.jdbc = jdbc;
    }

    /**
     * Asks, and leaves the activity open: the reply completes it, two days later perhaps.
     */
    @ActivityMethod(startToCloseTimeout = "2d", retry = @Retry(maximumAttempts = 3))
    public @Nullable Boolean isGood(String customer) {
        ActivityInfo info = Activities.info();
        String requestId = info.idempotencyKey(); // the same in every attempt
        this.jdbc.sql("""
                insert into credit_request (request_id, customer, task_token) values (?, ?, ?)
                on conflict (request_id) do update set task_token = excluded.task_token
                """).params(requestId, customer, info.taskToken()).update();
        this.bureau.ask(new Request(requestId, customer));
        Activities.completeLater();
        return null; // ignored
    }

}
