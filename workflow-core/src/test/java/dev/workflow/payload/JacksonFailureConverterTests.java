package dev.workflow.payload;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;

import dev.workflow.failure.ActivityFailure;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.CanceledFailure;
import dev.workflow.failure.ChildWorkflowFailure;
import dev.workflow.failure.TerminatedFailure;
import dev.workflow.failure.TimeoutFailure;
import dev.workflow.failure.WorkflowException;
import dev.workflow.failure.WorkflowFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

class JacksonFailureConverterTests {

    private final PayloadConverter payloads = new JacksonPayloadConverter();

    private final JacksonFailureConverter converter = new JacksonFailureConverter(this.payloads);

    static Stream<WorkflowException> failures() {
        Throwable cause = ApplicationFailure.of("why", "Type");
        return Stream.of(ApplicationFailure.of("message", "Type"), ApplicationFailure.of(null, "Type").causedBy(cause),
                new ActivityFailure("Payments.charge", "5", cause), new ActivityFailure("Payments.charge", "5", null),
                new ChildWorkflowFailure("Shipping", "ship-1", cause),
                new TimeoutFailure(TimeoutFailure.Kind.HEARTBEAT, "silent", cause, "{\"a\": 1.10}"),
                new TimeoutFailure(TimeoutFailure.Kind.RUN, null, null), new CanceledFailure("stop", cause),
                new CanceledFailure(null), new TerminatedFailure("reason"), new TerminatedFailure(null),
                new WorkflowFailure("order-1", "Order", "run", cause),
                new WorkflowFailure("order-1", "Order", null, null));
    }

    @Test
    void everyTypeOfFailureIsTried() {
        assertThat(failures().map(Object::getClass).distinct())
            .containsExactlyInAnyOrder(WorkflowException.class.getPermittedSubclasses());
    }

    @Test
    void detailsOfAHeartbeatThatAreNoJsonStayReadable() {
        TimeoutFailure failure = new TimeoutFailure(TimeoutFailure.Kind.HEARTBEAT, "slow", null, "40 % done");
        FailureInfo info = this.converter.encode(failure);
        assertThat(this.payloads.decode(Objects.requireNonNull(info.details()), String.class)).isEqualTo("40 % done");
    }

    @ParameterizedTest
    @MethodSource("failures")
    void everythingSurvivesButTheIdentity(WorkflowException failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            each.setStackTrace(Arrays.copyOf(each.getStackTrace(), 20));
        }
        WorkflowException copy = roundTrip(failure);
        assertThat(copy).isNotSameAs(failure).hasSameClassAs(failure);
        assertThat(copy).usingRecursiveComparison()
            .ignoringFieldsMatchingRegexes(".*details", ".*stackTrace", ".*depth", ".*suppressedExceptions", ".*cause")
            .isEqualTo(failure);
        assertThat(this.converter.encode(copy)).isEqualTo(this.converter.encode(failure));
        assertThat(printed(copy)).isEqualTo(printed(failure));
    }

    @ParameterizedTest
    @EnumSource
    void everyKindOfTimeoutSurvives(TimeoutFailure.Kind kind) {
        assertThat(((TimeoutFailure) roundTrip(new TimeoutFailure(kind, null, null))).kind()).isEqualTo(kind);
    }

    @Test
    void anApplicationFailureKeepsWhatItSays() {
        ApplicationFailure failure = ApplicationFailure
            .nonRetryable("declined", "Declined", "card", List.of(Map.of("a", 1)), null, new Point(1, 2))
            .nextRetryDelay(Duration.ofSeconds(5));
        ApplicationFailure copy = (ApplicationFailure) roundTrip(failure);
        assertThat(copy).hasMessage("declined");
        assertThat(copy.type()).isEqualTo("Declined");
        assertThat(copy.isNonRetryable()).isTrue();
        assertThat(copy.nextRetryDelay()).isEqualTo(Duration.ofSeconds(5));
        assertThat(copy.details()).containsExactly("card", List.of(Map.of("a", 1)), null, Map.of("x", 1, "y", 2));
        assertThat(copy.detail(3, Point.class)).contains(new Point(1, 2));
        assertThat(copy.detail(2, Point.class)).isEmpty();
        assertThat(copy.detail(4, Point.class)).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> copy.detail(0, int.class))
            .withMessageStartingWith("detail 0: expected int, found \"card\"");
    }

    @Test
    void detailsAreAnArrayThatIsPassedOnUntouched() {
        FailureInfo info = this.converter.encode(ApplicationFailure.of("m", "T", new Json("1.10"), "x"));
        assertThat(info.details()).isEqualTo(new Json("[1.10,\"x\"]"));
        FailureInfo spelled = this.converter.encode(this.converter.decode(new FailureInfo(FailureInfo.Kind.APPLICATION,
                "m", "T", null, false, null, new Json(" [ 1.10 ]"), null, null, null, null, null, null, null)));
        assertThat(spelled.details()).isEqualTo(new Json(" [ 1.10 ]"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "{\"a\":1}", "\"x\"", "7" })
    void detailsThatAreNoArrayAreOneDetail(String text) {
        var failure = (ApplicationFailure) this.converter.decode(new FailureInfo(FailureInfo.Kind.APPLICATION, "m", "T",
                null, false, null, new Json(text), null, null, null, null, null, null, null));
        assertThat(failure.detail(0, Json.class)).contains(new Json(text));
        assertThat(failure.details()).hasSize(1);
    }

    @Test
    void detailsThatCannotBeWrittenDoNotHideTheFailure() {
        ApplicationFailure copy = (ApplicationFailure) roundTrip(ApplicationFailure.of("m", "T", new Object()));
        assertThat(copy).hasMessage("m");
        assertThat(copy.detail(0, String.class).orElseThrow())
            .startsWith("The details were lost: cannot write argument 1 of 1 (a java.lang.Object) as JSON");
    }

    @Test
    void anyOtherThrowableBecomesAnApplicationFailureOfItsClass() {
        FailureInfo info = this.converter.encode(new IllegalStateException("outer", new StackOverflowError()));
        assertThat(info.kind()).isEqualTo(FailureInfo.Kind.APPLICATION);
        assertThat(info.type()).isEqualTo("java.lang.IllegalStateException");
        assertThat(info.nonRetryable()).isFalse();
        assertThat(info.cause().type()).isEqualTo("java.lang.StackOverflowError");
        WorkflowException failure = this.converter.decode(info);
        assertThat(failure).isInstanceOf(ApplicationFailure.class).hasMessage("outer");
        assertThat(failure.getCause()).isInstanceOf(ApplicationFailure.class).hasMessage(null);
        assertThat(this.converter.encode(new Local()).type()).isEqualTo(Local.class.getName());
    }

    @Test
    void anExceptionThatCannotTellItsMessageIsStillEncoded() {
        assertThat(this.converter.encode(new Local()).message())
            .isEqualTo("The message could not be had: java.lang.NullPointerException: no message");
    }

    @Test
    void messagesSurviveCharacterForCharacter() {
        String message = "a\u0000b \ud83d 😀 \ude00 \n\t\u2028";
        FailureInfo info = this.converter.encode(new RuntimeException(message));
        Json stored = this.payloads.encode(info);
        assertThat(stored.text()).doesNotContain("\u0000").contains("a\\u0000b \\ud83d 😀 \\ude00");
        assertThat(this.payloads.decode(stored, FailureInfo.class)).isEqualTo(info);
        assertThat(roundTrip(new RuntimeException(message))).hasMessage(message);
    }

    @Test
    void aStoredFailureHasOnlyWhatItSays() {
        RuntimeException failure = new CanceledFailure("stop");
        failure.setStackTrace(new StackTraceElement[] { new StackTraceElement("a.B", "c", "B.java", 7) });
        assertThat(this.payloads.encode(this.converter.encode(failure)).text())
            .isEqualTo("{\"kind\":\"CANCELED\",\"message\":\"stop\",\"stackTrace\":\"at a.B.c(B.java:7)\"}");
    }

    @Test
    void aFailureWithoutAStackTraceHasNone() {
        assertThat(this.converter.decode(FailureInfo.canceled("x")).getStackTrace()).isEmpty();
        assertThat(this.converter.encode(this.converter.decode(FailureInfo.canceled("x"))))
            .isEqualTo(FailureInfo.canceled("x"));
    }

    @Test
    void stackTracesAreBounded() {
        RuntimeException deep = recurse(100);
        String[] lines = this.converter.encode(deep).stackTrace().split("\n");
        assertThat(lines).hasSize(31);
        assertThat(lines[30]).matches("\\.\\.\\. \\d+ more");
        assertThat(roundTrip(deep).getStackTrace()).extracting(StackTraceElement::toString)
            .containsExactlyElementsOf(Arrays.stream(deep.getStackTrace(), 0, 30).map(Object::toString).toList());
        RuntimeException wide = new RuntimeException();
        wide.setStackTrace(new StackTraceElement[] { new StackTraceElement("x".repeat(20_000), "y", "z", 1) });
        assertThat(this.converter.encode(wide).stackTrace()).isEqualTo("... 1 more");
    }

    @Test
    void whatWasLeftOutOfAStackTraceIsNotCountedTwice() {
        RuntimeException deep = recurse(100);
        FailureInfo once = this.converter.encode(deep);
        FailureInfo twice = this.converter.encode(this.converter.decode(once));
        assertThat(once.stackTrace()).startsWith(twice.stackTrace() + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = { "at a.B.c(B.java:7)", "at a.B.c(B.java)", "at a.B.c(Native Method)",
            "at a.B.c(Unknown Source)", "at a.B.<init>(B.java:7)", "at a.B.lambda$c$0(B.java:7)", "at B.c(B.java:7)",
            "at java.base/java.lang.Thread.run(Thread.java:840)", "at loader//a.B.c(B.java:7)",
            "at loader/mod@1.2/a.B.c(B.java:7)", "at mod@1.2/a.B.c(B.java:7)",
            "at a.B$$Lambda/0x00007f12a4000.run(Unknown Source)", "at a.B.c(C: x.kt:7)", "at a.B.größe(B.java:7)" })
    void framesSurvive(String line) {
        FailureInfo info = new FailureInfo(FailureInfo.Kind.CANCELED, null, null, line, false, null, null, null, null,
                null, null, null, null, null);
        RuntimeException failure = this.converter.decode(info);
        assertThat(failure.getStackTrace()).hasSize(1);
        assertThat(this.converter.encode(failure)).isEqualTo(info);
    }

    @Test
    void partsOfAFrameAreTheirOwn() {
        StackTraceElement[] frames = StackTraces.parse("""
                java.lang.IllegalStateException: not a frame
                \tat app//a.B$C.run(B.java:12)
                \tat java.base@25/java.lang.Thread.run(Native Method)
                at a.B$$Lambda/0x00007f12a4000.run(Unknown Source)
                ... 7 more
                """);
        assertThat(frames)
            .extracting(StackTraceElement::getClassName, StackTraceElement::getMethodName,
                    StackTraceElement::getLineNumber, StackTraceElement::getModuleName)
            .containsExactly(tuple("a.B$C", "run", 12, null), tuple("java.lang.Thread", "run", -2, "java.base"),
                    tuple("a.B$$Lambda/0x00007f12a4000", "run", -1, null));
    }

    @Test
    void hostileStackTracesAreReadInTime() {
        String text = "at " + "a/b.c".repeat(300_000) + "\n" + "/.".repeat(900) + "\n" + "((((".repeat(400);
        assertThat(StackTraces.parse(text)).isEmpty();
    }

    @Test
    void realFramesSurvive() {
        Supplier<RuntimeException> lambda = () -> new RuntimeException("x");
        RuntimeException failure = Stream.of(lambda).map(Supplier::get).toList().getFirst();
        StackTraceElement[] copy = roundTrip(failure).getStackTrace();
        assertThat(copy).hasSameSizeAs(Arrays.copyOf(failure.getStackTrace(), copy.length));
        for (int i = 0; i < copy.length; i++) {
            assertThat(copy[i]).hasToString(failure.getStackTrace()[i].toString());
            assertThat(copy[i].getClassName()).isEqualTo(failure.getStackTrace()[i].getClassName());
            assertThat(copy[i].getLineNumber()).isEqualTo(failure.getStackTrace()[i].getLineNumber());
        }
    }

    @Test
    void chainsOfCausesAreBounded() {
        Throwable chain = new RuntimeException("0");
        for (int i = 1; i < 50; i++) {
            chain = new RuntimeException("" + i, chain);
        }
        int depth = 0;
        for (FailureInfo info = this.converter.encode(chain); info != null; info = info.cause()) {
            assertThat(info.message()).isEqualTo("" + (49 - depth++));
        }
        assertThat(depth).isEqualTo(20);
    }

    @Test
    void cyclesOfCausesEnd() {
        Exception first = new Exception("first");
        Exception second = new Exception("second", first);
        first.initCause(second);
        FailureInfo info = this.converter.encode(first);
        assertThat(info.cause().message()).isEqualTo("second");
        assertThat(info.cause().cause()).isNull();
    }

    @Test
    void anUnknownKindOfTimeoutIsNamed() {
        assertThatExceptionOfType(PayloadException.class)
            .isThrownBy(() -> this.converter.decode(FailureInfo.timeout("LATER", "m", null, null)))
            .withMessage("a failure is a timeout of the unknown kind LATER");
    }

    private WorkflowException roundTrip(Throwable failure) {
        Json stored = this.payloads.encode(this.converter.encode(failure));
        return this.converter.decode((FailureInfo) this.payloads.decode(stored, FailureInfo.class));
    }

    private static String printed(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static RuntimeException recurse(int depth) {
        return (depth == 0) ? new RuntimeException("deep") : recurse(depth - 1);
    }

    record Point(int x, int y) {
    }

    private static final class Local extends RuntimeException {

        @Override
        public String getMessage() {
            throw new NullPointerException("no message");
        }

    }

}
