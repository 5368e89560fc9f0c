package dev.workflow.worker;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import dev.workflow.VoidCall;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.core.MethodIntrospector;

/**
 * Turns a lambda like {@code w -> w.approve("Ann")} into the call that it would make, by
 * giving it an object of the workflow's class or interface that writes calls down instead
 * of making them. No constructor runs. Safe for use by several threads.
 */
public final class CallRecorder {

    private final CallProxies proxies = new CallProxies();

    private final UnaryOperator<String> placeholders;

    /** What makes a class unfit, found once for each. */
    private final ClassValue<String> obstacles = new ClassValue<>() {

        @Override
        protected String computeValue(Class<?> type) {
            String obstacle = Proxyability.obstacle(type, members(type));
            return (obstacle != null) ? obstacle : "";
        }

    };

    private final ClassValue<String> workflowTypes = new ClassValue<>() {

        @Override
        protected String computeValue(Class<?> type) {
            return WorkflowAnnotations.of(type, CallRecorder.this.placeholders).type();
        }

    };

    private final ClassValue<Map<Method, Member>> members = new ClassValue<>() {

        @Override
        protected Map<Method, Member> computeValue(Class<?> type) {
            return new ConcurrentHashMap<>();
        }

    };

    private final ClassValue<Optional<String>> taskQueues = new ClassValue<>() {

        @Override
        protected Optional<String> computeValue(Class<?> type) {
            return Optional.ofNullable(WorkflowAnnotations.declaredTaskQueue(type, CallRecorder.this.placeholders));
        }

    };

    /**
     * A recorder.
     * @param beanFactory resolves the placeholders in names
     */
    public CallRecorder(ConfigurableBeanFactory beanFactory) {
        this.placeholders = Placeholders.of(beanFactory);
    }

    /**
     * Runs the lambda on a recording object.
     * @throws IllegalArgumentException when the class cannot be recorded, or the lambda
     * makes not exactly one call of a workflow, signal, query or update method; the
     * message says what was expected and what was found
     */
    public <W> Recorded record(Class<W> workflowClass, VoidCall<W> call) {
        List<Recorded> calls = new ArrayList<>(1);
        W recording = stub(workflowClass, (recorded) -> {
            calls.add(recorded);
            return null;
        });
        Exception thrown = run(recording, call, calls);
        if (calls.size() != 1) {
            throw new IllegalArgumentException(
                    "The lambda must make exactly one call of a method of " + workflowClass.getName() + ", but it made "
                            + (calls.isEmpty() ? "none" : calls.size() + ": " + names(calls)) + ".",
                    thrown);
        }
        if (thrown != null) {
            throw new IllegalArgumentException("The lambda must do nothing but call " + names(calls) + " of "
                    + workflowClass.getName() + ": the call is recorded, not made, and returns null or zero.", thrown);
        }
        return calls.getFirst();
    }

    /** As {@link #record}, of a method of this kind. */
    public <W> Recorded record(Class<W> workflowClass, VoidCall<W> call, MemberKind expected) {
        Recorded recorded = record(workflowClass, call);
        if (recorded.kind() != expected) {
            throw new IllegalArgumentException(
                    "The lambda must call a " + expected.annotationName() + " of " + workflowClass.getName() + ", but "
                            + recorded.method().getName() + " is a " + recorded.kind().annotationName() + ".");
        }
        return recorded;
    }

    /**
     * An object of the workflow's class that hands every call over: what a typed stub of
     * a child is made of.
     * @param onCall answers a call; a null becomes zero where the method returns a
     * primitive type
     * @throws IllegalArgumentException when the class cannot be recorded
     */
    public <W> W stub(Class<W> workflowClass, Function<Recorded, @Nullable Object> onCall) {
        String obstacle = this.obstacles.get(workflowClass);
        if (!obstacle.isEmpty()) {
            throw new IllegalArgumentException(
                    "Calls of " + workflowClass.getName() + " cannot be recorded, because it " + obstacle
                            + ". Make it neither final nor private, or call it through an interface that carries "
                            + "the annotations.");
        }
        String name = workflowClass.getSimpleName() + " (recorder)";
        return this.proxies.create(workflowClass, (proxy, method, arguments) -> {
            Object local = CallProxies.local(proxy, method, arguments, name);
            if (local != null) {
                return local;
            }
            Object answer = onCall.apply(recorded(workflowClass, method, arguments));
            return (answer != null) ? answer : CallProxies.zero(method.getReturnType());
        });
    }

    private Recorded recorded(Class<?> workflowClass, Method method, @Nullable Object @Nullable [] arguments) {
        Member member = this.members.get(workflowClass)
            .computeIfAbsent(method, (called) -> member(workflowClass, called));
        @Nullable Object[] given = (arguments != null) ? arguments.clone() : new Object[0];
        return new Recorded(member.method(), given, member.kind(), member.name(),
                this.workflowTypes.get(workflowClass));
    }

    private Member member(Class<?> workflowClass, Method method) {
        Method specific = AopUtils.getMostSpecificMethod(method, workflowClass);
        MemberKind kind = MemberKind.of(specific);
        if (kind == null) {
            throw new IllegalArgumentException(workflowClass.getSimpleName() + "." + method.getName()
                    + " cannot be called from outside a run: it is no @WorkflowMethod, @SignalMethod, @QueryMethod or "
                    + "@UpdateMethod.");
        }
        return new Member(specific, kind, kind.nameOf(specific, this.placeholders));
    }

    /** What a method of the recording object calls. */
    private record Member(Method method, MemberKind kind, String name) {
    }

    /** The queue that the class or what it extends names; null when none does. */
    public @Nullable String declaredTaskQueue(Class<?> workflowClass) {
        return this.taskQueues.get(workflowClass).orElse(null);
    }

    private static <W> @Nullable Exception run(W recording, VoidCall<W> call, List<Recorded> calls) {
        try {
            call.run(recording);
            return null;
        }
        catch (RuntimeException ex) {
            if (calls.isEmpty()) {
                throw ex;
            }
            return ex;
        }
        catch (Exception ex) {
            return ex;
        }
    }

    private static String names(List<Recorded> calls) {
        return String.join(", ", calls.stream().map((recorded) -> recorded.method().getName()).toList());
    }

    /** The methods of a workflow class that callers call. */
    static Collection<Method> members(Class<?> workflowClass) {
        return MethodIntrospector.selectMethods(workflowClass, MemberKind::of).keySet();
    }

}
