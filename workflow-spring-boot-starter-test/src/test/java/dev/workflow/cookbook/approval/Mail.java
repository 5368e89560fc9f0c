package dev.workflow.cookbook.approval;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.workflow.Activities;
import dev.workflow.Activity;
import dev.workflow.cookbook.approval.ExpenseWorkflow.Expense;

@Activity(startToCloseTimeout = "30s")
public class Mail {

    private final List<String> sent = new CopyOnWriteArrayList<>();

    public void ask(String whom, Expense expense) {
        this.sent.add(Activities.info().workflowId() + " " + whom);
    }

    List<String> sent() {
        return this.sent;
    }

}
