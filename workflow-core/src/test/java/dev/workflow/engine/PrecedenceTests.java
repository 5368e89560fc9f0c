package dev.workflow.engine;

import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PrecedenceTests {

    private final AtomicBoolean keys = new AtomicBoolean();

    private final Precedence precedence = new Precedence(this.keys::get);

    @Test
    void onlyWhatIsLessUrgentWaitsBehindOthers() {
        assertThat(this.precedence.mustWait("q", 5)).isFalse();
        this.precedence.waits("q", 3);
        this.precedence.waits("q", 4);
        assertThat(this.precedence.mustWait("q", 4)).isTrue();
        assertThat(this.precedence.mustWait("q", 3)).isFalse();
        assertThat(this.precedence.mustWait("another", 5)).isFalse();
        this.precedence.first("q", 0);
        assertThat(this.precedence.mustWait("q", 5)).isFalse();
    }

    @Test
    void whereKeysShareTheSlotsWhatIsAsUrgentWaitsToo() {
        this.keys.set(true);
        this.precedence.first("q", 3);
        assertThat(this.precedence.mustWait("q", 3)).isTrue();
        assertThat(this.precedence.mustWait("q", 2)).isFalse();
    }

}
