package dev.workflow.worker;

import java.lang.reflect.Method;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionManager;
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.TransactionManagementConfigurer;
import org.springframework.transaction.interceptor.NoRollbackRuleAttribute;
import org.springframework.transaction.interceptor.RuleBasedTransactionAttribute;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.transaction.support.ResourceTransactionManager;
import org.springframework.util.ReflectionUtils;

/**
 * Decides which activities happen exactly once: those whose own transaction is one of the
 * engine's database, so that their result is recorded in it. Of the other transactional
 * ones it says at start why they do not.
 */
final class TransactionalActivities {

    private static final Logger logger = LoggerFactory.getLogger(TransactionalActivities.class);

    /** Outside of a transaction, where an attempt begins, these begin one. */
    private static final Set<Integer> BEGINNING = Set.of(TransactionDefinition.PROPAGATION_REQUIRED,
            TransactionDefinition.PROPAGATION_REQUIRES_NEW, TransactionDefinition.PROPAGATION_NESTED);

    private final BeanFactory beanFactory;

    private final AnnotationTransactionAttributeSource attributes = new AnnotationTransactionAttributeSource(false);

    private final @Nullable DataSource dataSource;

    private final @Nullable PlatformTransactionManager transactionManager;

    /**
     * The check.
     * @param beanFactory knows the transaction managers
     * @param dataSource the engine's
     * @param transactionManager the engine's
     */
    TransactionalActivities(ConfigurableListableBeanFactory beanFactory, @Nullable DataSource dataSource,
            @Nullable PlatformTransactionManager transactionManager) {
        this.beanFactory = beanFactory;
        this.dataSource = dataSource;
        this.transactionManager = transactionManager;
        this.attributes.setEmbeddedValueResolver(beanFactory::resolveEmbeddedValue);
    }

    /** The transaction that the result is recorded in; null when there is none. */
    @Nullable TransactionDefinition of(ActivityCall call, Class<?> userClass) {
        Method method = call.method();
        TransactionAttribute attribute = this.attributes.getTransactionAttribute(method, userClass);
        if (attribute == null) {
            return null;
        }
        String reason = reason(attribute, userClass);
        if (reason == null) {
            if (namesWhatDoesNotRollBack(attribute)) {
                logger.warn("{} is rolled back whatever it throws, since its work is committed together with a result "
                        + "only: its noRollbackFor or dontRollbackOn has no effect there. What is to last must be "
                        + "returned, or be the work of another activity.", call.type());
            }
            return attribute;
        }
        logger.warn("{} runs at least once: it is transactional, but {}, so its result cannot be recorded in the same "
                + "transaction. An attempt that is repeated repeats its database work.", call.type(), reason);
        return null;
    }

    private static boolean namesWhatDoesNotRollBack(TransactionAttribute attribute) {
        return attribute instanceof RuleBasedTransactionAttribute rules
                && rules.getRollbackRules().stream().anyMatch(NoRollbackRuleAttribute.class::isInstance);
    }

    /**
     * Whether an attempt holds a connection of the application's pool from its begin to
     * its end: recorded in the same transaction or not, it begins one of the engine's
     * database.
     */
    @SuppressWarnings("ReferenceEquality")
    boolean holdsConnection(ActivityCall call, Class<?> userClass) {
        TransactionAttribute attribute = this.attributes.getTransactionAttribute(call.method(), userClass);
        if (attribute == null || !BEGINNING.contains(attribute.getPropagationBehavior())) {
            return false;
        }
        TransactionManager own;
        try {
            own = transactionManager(attribute, userClass);
        }
        catch (NoSuchBeanDefinitionException ex) {
            logger.trace("The transaction manager of {} cannot be told", call.type(), ex);
            return false;
        }
        DataSource managed = (own instanceof PlatformTransactionManager manager) ? dataSource(manager) : null;
        return (managed != null) ? isOfEngine(managed) : own == this.transactionManager;
    }

    @SuppressWarnings("ReferenceEquality")
    private boolean isOfEngine(DataSource managed) {
        return this.dataSource != null && unwrap(managed) == unwrap(this.dataSource);
    }

    @SuppressWarnings("ReferenceEquality")
    private @Nullable String reason(TransactionAttribute attribute, Class<?> userClass) {
        if (attribute.getPropagationBehavior() != TransactionDefinition.PROPAGATION_REQUIRED) {
            return "its propagation is " + propagation(attribute) + " instead of REQUIRED";
        }
        if (attribute.isReadOnly()) {
            return "its transaction is read-only";
        }
        if (this.transactionManager == null || this.dataSource == null) {
            return "the engine has no transaction manager";
        }
        TransactionManager own;
        try {
            own = transactionManager(attribute, userClass);
        }
        catch (NoSuchBeanDefinitionException ex) {
            return "its transaction manager cannot be told: " + ex.getMessage();
        }
        if (own != this.transactionManager) {
            return "its transaction manager " + describe(own, attribute.getQualifier()) + " is not the engine's";
        }
        DataSource managed = dataSource(this.transactionManager);
        if (managed == null) {
            return "the DataSource of its transaction manager " + describe(own, null) + " is not known";
        }
        return isOfEngine(managed) ? null : "its transaction manager is for another DataSource than the engine's";
    }

    /**
     * The one that Spring takes for the annotation: by qualifier, by a qualifier of the
     * class, or the default.
     */
    private TransactionManager transactionManager(TransactionAttribute attribute, Class<?> userClass) {
        String qualifier = attribute.getQualifier();
        if (qualifier != null && !qualifier.isEmpty()) {
            return qualified(qualifier);
        }
        String ofClass = BeanFactoryAnnotationUtils.getQualifierValue(userClass);
        if (ofClass != null && !ofClass.isEmpty()) {
            try {
                return qualified(ofClass);
            }
            catch (NoSuchBeanDefinitionException ex) {
                logger.trace("The qualifier of {} is for another purpose", userClass, ex);
            }
        }
        TransactionManagementConfigurer configurer = this.beanFactory
            .getBeanProvider(TransactionManagementConfigurer.class)
            .getIfUnique();
        return (configurer != null) ? configurer.annotationDrivenTransactionManager()
                : this.beanFactory.getBean(TransactionManager.class);
    }

    private TransactionManager qualified(String qualifier) {
        return BeanFactoryAnnotationUtils.qualifiedBeanOfType(this.beanFactory, TransactionManager.class, qualifier);
    }

    private static @Nullable DataSource dataSource(PlatformTransactionManager manager) {
        if (manager instanceof ResourceTransactionManager resource
                && resource.getResourceFactory() instanceof DataSource dataSource) {
            return dataSource;
        }
        Method getter = ReflectionUtils.findMethod(manager.getClass(), "getDataSource");
        if (getter == null) {
            return null;
        }
        ReflectionUtils.makeAccessible(getter);
        return (ReflectionUtils.invokeMethod(getter, manager) instanceof DataSource dataSource) ? dataSource : null;
    }

    private static DataSource unwrap(DataSource dataSource) {
        DataSource current = dataSource;
        while (current instanceof DelegatingDataSource delegating && delegating.getTargetDataSource() != null) {
            current = Objects.requireNonNull(delegating.getTargetDataSource());
        }
        return current;
    }

    private static String describe(TransactionManager manager, @Nullable String qualifier) {
        String name = manager.getClass().getSimpleName();
        return (qualifier == null || qualifier.isEmpty()) ? name : "'" + qualifier + "' (" + name + ")";
    }

    private static String propagation(TransactionAttribute attribute) {
        return Stream.of(Propagation.values())
            .filter((propagation) -> propagation.value() == attribute.getPropagationBehavior())
            .map(Propagation::name)
            .findFirst()
            .orElse("unknown");
    }

}
