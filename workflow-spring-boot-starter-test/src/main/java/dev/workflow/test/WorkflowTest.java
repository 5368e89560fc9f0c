package dev.workflow.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.core.annotation.AliasFor;
import org.springframework.test.context.TestConstructor;
import org.springframework.test.context.TestConstructor.AutowireMode;

/**
 * Boots the application's context (only these classes, when given) on an embedded
 * PostgreSQL database of its own, with a clock that only the test moves.
 *
 * <pre>
 * &#64;WorkflowTest
 * class ReminderTests {
 *
 *     ReminderTests(WorkflowClient client, WorkflowClock clock) { ... }
 *
 *     &#64;Test
 *     void remindsAfterADay() {
 *         var handle = client.start(ReminderWorkflow.class, (w) -&gt; w.remind("tea"), WorkflowOptions.defaults());
 *         clock.advance(Duration.ofDays(1));
 *         assertThat(handle.result()).isEqualTo("tea!");
 *     }
 * }
 * </pre>
 *
 * Auto-configuration is on, whether or not the classes say so. Besides the beans of the
 * application there are a {@link WorkflowClock} and a {@link Replayer}; all beans may be
 * injected into fields, or into the test's constructor without further ado.
 * <p>
 * Tests with the same annotation share a context, as all Spring tests do, and so a
 * database: give workflows ids of their own. The server is started once for a test run
 * and thrown away with it. It does not write to disk before it acknowledges a commit: a
 * test that ends the server to see what is left needs one of its own.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
@SpringBootTest
@TestConstructor(autowireMode = AutowireMode.ALL)
public @interface WorkflowTest {

    /**
     * The only classes of the context: workflows, activities, configurations and other
     * components. Without, as with {@code @SpringBootTest}, the nested configuration or
     * the {@code @SpringBootApplication} of the test's package or one above.
     */
    @AliasFor(annotation = SpringBootTest.class)
    Class<?>[] classes() default {};

    /** Properties in the form {@code key=value}. */
    @AliasFor(annotation = SpringBootTest.class)
    String[] properties() default {};

    /**
     * Whether there is a web server; by default a mock, where the application has one.
     */
    @AliasFor(annotation = SpringBootTest.class)
    WebEnvironment webEnvironment() default WebEnvironment.MOCK;

}
