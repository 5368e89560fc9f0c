package dev.workflow.cookbook.requestreply;

/** Another company, which answers by a message some time later. */
interface CreditBureau {

    void ask(Request request);

    record Request(String requestId, String customer) {
    }

    record Reply(String requestId, boolean good) {
    }

}
