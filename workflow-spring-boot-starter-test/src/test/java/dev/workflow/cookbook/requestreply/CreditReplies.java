package dev.workflow.cookbook.requestreply;

import dev.workflow.client.WorkflowClient;
import dev.workflow.cookbook.requestreply.CreditBureau.Reply;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Takes the replies: a controller, or the listener of a message queue. */
@Component
class CreditReplies {

    private final WorkflowClient workflows;

    private final JdbcClient jdbc;

    CreditReplies(WorkflowClient workflows, JdbcClient jdbc) {
        this.workflows = workflows;
        this.jdbc = jdbc;
    }

    /**
     * One transaction: the request is gone if and only if the activity has its result.
     */
    @Transactional
    public void onReply(Reply reply) {
        this.jdbc.sql("delete from credit_request where request_id = ? returning task_token")
            .param(reply.requestId())
            .query(String.class)
            .optional() // none: a reply that came twice
            .ifPresent((token) -> this.workflows.completeActivity(token, reply.good()));
    }

}
