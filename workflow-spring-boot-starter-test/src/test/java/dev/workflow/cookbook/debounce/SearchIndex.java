package dev.workflow.cookbook.debounce;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.workflow.Activity;

@Activity(startToCloseTimeout = "30s")
public class SearchIndex {

    private final List<String> updates = new CopyOnWriteArrayList<>();

    public void update(String documentId, String text) {
        this.updates.add(documentId + " " + text);
    }

    List<String> updates() {
        return this.updates;
    }

}
