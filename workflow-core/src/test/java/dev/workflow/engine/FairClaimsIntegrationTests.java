package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What a node remembers of crowded queues. The table is none. */
class FairClaimsIntegrationTests {

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final TestNodes.Time time = new TestNodes.Time();

    /** Of "Many" as many keys wait as are asked for, but all are gone when claimed. */
    private static final class Gone implements FairClaims.Table<String> {

        @Override
        public List<String> claim(long owner, List<EngineStore.SlotRequest> slots, boolean withKeys) {
            return slots.stream()
                .flatMap((request) -> request.types()
                    .stream()
                    .filter("Many"::equals)
                    .flatMap((type) -> IntStream.range(0, request.slots()).mapToObj((i) -> type)))
                .toList();
        }

        @Override
        public List<FairnessStore.Granted<String>> claimOf(long owner, List<FairnessStore.Grant> grants) {
            return List.of();
        }

        @Override
        public List<FairnessStore.Waiting> waiting(List<FairnessStore.Lane> lanes, int keys, Instant now) {
            return IntStream.range(0, lanes.size())
                .boxed()
                .filter((i) -> lanes.get(i).type().equals("Many") && lanes.get(i).priority() == 3)
                .flatMap((i) -> IntStream.range(0, keys)
                    .mapToObj((key) -> new FairnessStore.Waiting(i, "key-" + key, now, true)))
                .toList();
        }

        @Override
        public String taskQueue(String claimed) {
            return TestNode.QUEUE;
        }

        @Override
        public String type(String claimed) {
            return claimed;
        }

        @Override
        public int priority(String claimed) {
            return 3;
        }

    }

    private static List<EngineStore.SlotRequest> slots(String... types) {
        return List.of(new EngineStore.SlotRequest(TestNode.QUEUE, List.of(types), 10_000));
    }

    @Test
    void aTypeThatIsNoLongerAskedForKeepsNoQueueCrowded() {
        TestNode node = this.nodes.node().start();
        FairnessKeys keys = node.engine().sharing().keys();
        keys.use("k");
        FairClaims<String> claims = new FairClaims<>(new Gone(), keys, this.time);
        claims.claim(1, slots("Many", "Few"));
        assertThat(claims.isCrowded()).isTrue();
        claims.claim(1, slots("Many", "Few"));
        claims.claim(1, slots("Few"));
        assertThat(claims.isCrowded()).as("the type may only have no slot for a moment").isTrue();
        this.time.advance(Duration.ofMinutes(2));
        claims.claim(1, slots("Few"));
        assertThat(claims.isCrowded()).isFalse();
    }

}
