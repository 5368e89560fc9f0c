package dev.workflow.cookbook.debounce;

import java.time.Duration;
import java.util.List;

import dev.workflow.client.WorkflowStatus;
import dev.workflow.cookbook.CookbookTests;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

class DebounceTests extends CookbookTests {

    @Autowired
    private Documents documents;

    @Autowired
    private SearchIndex index;

    @Test
    void manyChangesInARowAreIndexedOnce() {
        String id = anyId().id();
        for (int i = 1; i <= 10; i++) {
            this.documents.save(id, "version " + i);
            advance(Duration.ofSeconds(1));
        }
        assertThat(indexed(id)).isEmpty();
        advance(Duration.ofSeconds(4));
        assertThat(indexed(id)).containsExactly("version 10");
        assertThat(this.client.workflow("index-" + id).describe().status()).isEqualTo(WorkflowStatus.COMPLETED);
        this.documents.save(id, "version 11");
        advance(Duration.ofSeconds(5));
        assertThat(indexed(id)).containsExactly("version 10", "version 11");
    }

    @Test
    void changesWithoutEndAreIndexedEveryMinute() {
        String id = anyId().id();
        for (int i = 1; i <= 90; i++) {
            this.documents.save(id, "version " + i);
            advance(Duration.ofSeconds(1));
        }
        assertThat(indexed(id)).hasSize(1);
        advance(Duration.ofMinutes(1));
        assertThat(indexed(id)).hasSize(2).last().isEqualTo("version 90");
    }

    private List<String> indexed(String id) {
        return this.index.updates()
            .stream()
            .filter((update) -> update.startsWith(id))
            .map((update) -> update.substring(id.length() + 1))
            .toList();
    }

}
