package dev.workflow;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ConstraintsTests {

    @Test
    void idsOfAThousandCharactersAreAllowed() {
        assertThat(Constraints.id("workflowId", "x".repeat(1_000))).hasSize(1_000);
        assertThatIllegalArgumentException().isThrownBy(() -> Constraints.id("workflowId", "x".repeat(1_001)))
            .withMessageStartingWith("workflowId: expected at most 1000 characters, given 1001");
    }

    @Test
    void idsFitIntoIndexesWhateverTheirCharacters() {
        assertThat(Constraints.id("workflowId", "ü".repeat(650))).hasSize(650);
        assertThat(Constraints.id("workflowId", "世".repeat(433))).hasSize(433);
        assertThatIllegalArgumentException().isThrownBy(() -> Constraints.id("workflowId", "世".repeat(434)))
            .withMessageStartingWith("workflowId: expected at most 1300 bytes in UTF-8, given 1302 (\"世世");
        assertThatIllegalArgumentException().isThrownBy(() -> Constraints.id("requestId", "😀".repeat(400)))
            .withMessageContaining("1300 bytes in UTF-8, given 1600");
    }

    @Test
    void textsForPeopleAreInNoIndex() {
        assertThat(Constraints.text("reason", "世".repeat(10_000))).hasSize(10_000);
    }

}
