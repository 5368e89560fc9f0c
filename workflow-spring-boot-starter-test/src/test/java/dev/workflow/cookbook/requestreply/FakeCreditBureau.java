package dev.workflow.cookbook.requestreply;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import org.springframework.stereotype.Component;

/** Keeps what it is asked, so that the test answers; customers of its own it knows. */
@Component
class FakeCreditBureau implements CreditBureau {

    private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();

    private final CreditReplies replies;

    FakeCreditBureau(CreditReplies replies) {
        this.replies = replies;
    }

    @Override
    public void ask(Request request) {
        if (request.customer().equals("known")) {
            this.replies.onReply(new Reply(request.requestId(), true));
            return;
        }
        this.requests.add(request);
    }

    BlockingQueue<Request> requests() {
        return this.requests;
    }

}
