package dev.workflow.worker;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import dev.workflow.Arguments;
import dev.workflow.DynamicActivity;
import dev.workflow.engine.ActivityDefinition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** Turns the activity beans into definitions. */
final class ActivityBeans {

    private static final Logger logger = LoggerFactory.getLogger(ActivityBeans.class);

    private final ConfigurableListableBeanFactory beanFactory;

    private final ActivityTypes types;

    private final TransactionalActivities transactions;

    private final Problems problems;

    private final Map<String, ActivityDefinition> definitions = new LinkedHashMap<>();

    private final Map<String, String> beanNames = new LinkedHashMap<>();

    private final Set<String> taskQueues = new TreeSet<>();

    private @Nullable String dynamic;

    ActivityBeans(ConfigurableListableBeanFactory beanFactory, ActivityTypes types,
            TransactionalActivities transactions, Problems problems) {
        this.beanFactory = beanFactory;
        this.types = types;
        this.transactions = transactions;
        this.problems = problems;
    }

    void read(List<String> candidates) {
        for (String beanName : candidates) {
            Class<?> userClass = ScopedProxyUtils.isScopedTarget(beanName) ? null
                    : BeanClasses.of(this.beanFactory, beanName);
            if (userClass == null) {
                continue;
            }
            if (DynamicActivity.class.isAssignableFrom(userClass)) {
                addDynamic(beanName);
            }
            if (ActivityTypes.isActivity(userClass)) {
                add(beanName, userClass);
            }
        }
    }

    Map<String, ActivityDefinition> definitions() {
        return this.definitions;
    }

    /** The queues that activities wait in, other than that of their workflow. */
    Set<String> taskQueues() {
        return this.taskQueues;
    }

    /** The bean that runs all activities that nothing else does. */
    @Nullable String dynamic() {
        return this.dynamic;
    }

    private void addDynamic(String beanName) {
        if (this.dynamic != null) {
            this.problems.add(beanName,
                    "There are two dynamic activities: '" + this.dynamic + "' and '" + beanName + "'.",
                    "One dynamic activity runs every type that has no bean; remove the other.");
        }
        this.dynamic = beanName;
    }

    private void add(String beanName, Class<?> userClass) {
        ActivityType type;
        try {
            type = this.types.of(userClass);
        }
        catch (IllegalArgumentException ex) {
            problem(beanName, userClass, "has an option that makes no sense: " + ex.getMessage(),
                    "Correct the attribute of @Activity or @ActivityMethod.");
            return;
        }
        Object singleton = this.beanFactory.getSingleton(beanName);
        checkInterception(beanName, type, singleton);
        if (DynamicActivity.class.isAssignableFrom(userClass)) {
            // The types that it runs there have no method to read the queue from.
            Optional.ofNullable(this.types.taskQueueOf(userClass)).ifPresent(this.taskQueues::add);
        }
        else if (type.calls().isEmpty()) {
            problem(beanName, userClass, "has no public method, so it has no activity",
                    "Make the methods that workflows call public.");
        }
        for (ActivityCall call : type.calls()) {
            checkJson(beanName, userClass, call);
            checkInvocable(beanName, userClass, call, singleton);
            Optional.ofNullable(call.options().taskQueue()).ifPresent(this.taskQueues::add);
            add(beanName, userClass, call);
        }
    }

    private void add(String beanName, Class<?> userClass, ActivityCall call) {
        String other = this.beanNames.put(call.type(), beanName);
        if (beanName.equals(other)) {
            problem(beanName, userClass, "has two activities of the type '" + call.type() + "'",
                    "Overloaded methods need names of their own: @ActivityMethod(name = …).");
        }
        else if (other != null) {
            this.problems.add(beanName,
                    "The activity type '" + call.type() + "' has two beans: '" + other + "' and '" + beanName + "'.",
                    "Give one of them another name in @Activity, or remove one of the beans.");
        }
        this.definitions.put(call.type(),
                new ActivityDefinition(call.type(), call.parameterTypes(), call.resultType(),
                        this.transactions.of(call, userClass), this.transactions.holdsConnection(call, userClass),
                        new BeanInvoker(this.beanFactory, beanName, call.method())));
    }

    private void checkInterception(String beanName, ActivityType type, @Nullable Object singleton) {
        String obstacle = type.obstacle();
        if (obstacle != null) {
            problem(beanName, type.userClass(),
                    "cannot be proxied, so calls from workflows would not be durable: it " + obstacle,
                    ActivityAdvisingPostProcessor.OPEN_IT);
        }
        else if (singleton != null && this.beanFactory.containsBeanDefinition(beanName)
                && !this.beanFactory.isFactoryBean(beanName) && !BeanClasses.isMock(singleton.getClass())
                && !ActivityAdvisingPostProcessor.isAdvised(singleton)) {
            logger
                .warn("The activity bean '{}' ({}) was created before its advice could be applied, or replaced. Calls "
                        + "of workflows into which it is injected are durable, calls that pass through other beans are "
                        + "not.", beanName, type.userClass().getName());
        }
    }

    private void checkJson(String beanName, Class<?> userClass, ActivityCall call) {
        List<Type> signature = new ArrayList<>(List.of(call.parameterTypes()));
        signature.add(call.resultType());
        for (Type type : signature) {
            String obstacle = JsonSignatures.obstacle(type);
            if (obstacle != null) {
                problem(beanName, userClass,
                        "has an activity " + call.method().getName() + " with a " + obstacle
                                + " in its signature, which cannot be JSON",
                        "Arguments and results are stored as JSON: use records, collections and plain values. A method "
                                + "that no workflow calls need not be public.");
            }
        }
    }

    private void checkInvocable(String beanName, Class<?> userClass, ActivityCall call, @Nullable Object singleton) {
        if (singleton == null || this.beanFactory.isFactoryBean(beanName)) {
            return;
        }
        try {
            Method invocable = AopUtils.selectInvocableMethod(call.method(), singleton.getClass());
            logger.trace("{} is called as {}", call.type(), invocable);
        }
        catch (IllegalStateException ex) {
            problem(beanName, userClass,
                    "is proxied by its interfaces only, none of which has the activity " + call.method().getName(),
                    "Put @Activity on the interface, or let Spring proxy classes (spring.aop.proxy-target-class=true).");
        }
    }

    private void problem(String beanName, Class<?> userClass, String predicate, String action) {
        this.problems.add(beanName,
                "The activity bean '" + beanName + "' (" + userClass.getName() + ") " + predicate + ".", action);
    }

    /** Runs an activity type that no bean has. */
    static ActivityDefinition dynamic(ConfigurableListableBeanFactory beanFactory, String beanName, String type) {
        return new ActivityDefinition(type, new Type[] { Arguments.class }, Object.class, null, false,
                (arguments) -> beanFactory.getBean(beanName, DynamicActivity.class)
                    .execute(type, (Arguments) Objects.requireNonNull(arguments[0])));
    }

}
