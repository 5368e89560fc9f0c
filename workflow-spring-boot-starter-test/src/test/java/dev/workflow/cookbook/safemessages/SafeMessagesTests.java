package dev.workflow.cookbook.safemessages;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.workflow.client.UpdateFailedException;
import dev.workflow.client.UpdateHandle;
import dev.workflow.client.UpdateOptions;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.cookbook.CookbookTests;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class SafeMessagesTests extends CookbookTests {

    @Test
    void oneSeatIsSoldOnceHoweverManyAskAtOnce() {
        WorkflowHandle<ConcertWorkflow, Map<Integer, String>> handle = open(3);
        List<UpdateHandle<String>> purchases = new ArrayList<>();
        for (String customer : List.of("ada", "grace", "joan")) {
            purchases.add(handle.startUpdate((w) -> w.buy(2, customer), UpdateOptions.withId("buy-" + customer)));
        }
        step();
        assertThat(purchases.getFirst().result(PATIENCE)).isEqualTo("ada paid for seat 2");
        for (UpdateHandle<String> late : purchases.subList(1, 3)) {
            assertThatExceptionOfType(UpdateFailedException.class).isThrownBy(() -> late.result(PATIENCE))
                .withStackTraceContaining("Seat 2 is taken");
        }
        assertThat(eventTypes(handle)).filteredOn("ActivityTaskScheduled"::equals).hasSize(1);
        handle.signal((w) -> w.close());
        assertThat(handle.result(PATIENCE)).isEqualTo(Map.of(2, "ada"));
    }

    @Test
    void updateWithTheSameIdHappensOnce() {
        WorkflowHandle<ConcertWorkflow, Map<Integer, String>> handle = open(3);
        for (int i = 0; i < 2; i++) {
            UpdateHandle<String> purchase = handle.startUpdate((w) -> w.buy(1, "ada"), UpdateOptions.withId("buy-1"));
            assertThat(purchase.result(PATIENCE)).isEqualTo("ada paid for seat 1");
            step();
        }
    }

    @Test
    void whatTheValidatorRefusesLeavesNoTrace() {
        WorkflowHandle<ConcertWorkflow, Map<Integer, String>> handle = open(3);
        assertThatExceptionOfType(UpdateFailedException.class).isThrownBy(() -> handle.update((w) -> w.buy(4, "ada")))
            .withMessageContaining("There is no seat 4, only 1 to 3")
            .satisfies((ex) -> assertThat(ex.isRejected()).isTrue());
        assertThat(eventTypes(handle)).containsExactly("WorkflowExecutionStarted");
    }

    private WorkflowHandle<ConcertWorkflow, Map<Integer, String>> open(int seats) {
        return this.client.start(ConcertWorkflow.class, (w) -> w.sell(seats), anyId());
    }

}
