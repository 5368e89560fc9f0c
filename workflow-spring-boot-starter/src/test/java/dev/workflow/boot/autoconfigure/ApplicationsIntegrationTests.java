package dev.workflow.boot.autoconfigure;

import java.time.Duration;

import dev.workflow.Activity;
import dev.workflow.ActivityOptions;
import dev.workflow.ChildOptions;
import dev.workflow.QueryMethod;
import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.boot.TestPostgres;
import dev.workflow.client.ResultTimeoutException;
import dev.workflow.client.WorkflowClient;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.engine.NoWorkerException;
import dev.workflow.engine.NodeDirectory;
import dev.workflow.engine.UnknownWorkflowTypeException;
import dev.workflow.failure.ActivityFailure;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.ChildWorkflowFailure;
import dev.workflow.failure.TimeoutFailure;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Several applications on one database that know each other by interfaces only: a shop
 * whose workflow uses a warehouse's activities and workflows, and a client that runs
 * nothing.
 */
class ApplicationsIntegrationTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ApplicationContextRunner application = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, HibernateJpaAutoConfiguration.class,
                DataSourceTransactionManagerAutoConfiguration.class, TransactionAutoConfiguration.class,
                WorkflowDatabaseAutoConfiguration.class, WorkflowPersistenceAutoConfiguration.class,
                WorkflowWorkerAutoConfiguration.class, WorkflowEngineAutoConfiguration.class,
                WorkflowRepositoriesAutoConfiguration.class, WorkflowClientAutoConfiguration.class))
        .withPropertyValues("workflow.heartbeat-interval=200ms", "workflow.shutdown-timeout=1s")
        .withPropertyValues(TestPostgres.newDataSource());

    private final ApplicationContextRunner shop = this.application.withUserConfiguration(ShopApplication.class);

    private final ApplicationContextRunner warehouse = this.application
        .withUserConfiguration(WarehouseApplication.class);

    private final ApplicationContextRunner client = this.application
        .withPropertyValues("workflow.worker.enabled=false");

    @Test
    void clientOnlyApplicationStartsSignalsUpdatesAndWaitsByInterface() {
        this.shop.run((shop) -> this.warehouse.run((warehouse) -> this.client.run((context) -> {
            WorkflowHandle<Orders, String> order = start(context, "lamp");
            order.signal((w) -> w.approve("Ann"));
            assertThat((String) order.update((w) -> w.note("fragile"))).isEqualTo("noted: fragile");
            assertThat(order.result(PATIENCE)).isEqualTo("lamp approved by Ann, picked lamp, shipped lamp to Ann");
            assertThat(order.describe().taskQueue()).isEqualTo("orders");
        })));
    }

    @Test
    void clientOnlyApplicationRunsNothingAndDoesNotOfferTo() {
        this.shop.withPropertyValues("workflow.worker.enabled=false").run((context) -> {
            assertThat(context.getBean(NodeDirectory.class).nodes()).singleElement().satisfies((node) -> {
                assertThat(node.taskQueues()).isEmpty();
                assertThat(node.workflowTypes()).isEmpty();
            });
            WorkflowHandle<Orders, String> order = start(context, "lamp");
            assertThatExceptionOfType(ResultTimeoutException.class)
                .isThrownBy(() -> order.result(Duration.ofMillis(300)));
            assertThat(order.history()).hasSize(1);
        });
    }

    @Test
    void workerWithoutAnythingElseRunsWhatOthersStart() {
        this.client.run((context) -> {
            WorkflowHandle<Shipping, String> shipment = context.getBean(WorkflowClient.class)
                .start(Shipping.class, (w) -> w.ship("lamp", "Ann"), WorkflowOptions.withId("shipment"));
            this.warehouse.run((warehouse) -> {
                assertThat(shipment.result(PATIENCE)).isEqualTo("shipped lamp to Ann");
                assertThat(warehouse.getBean(NodeDirectory.class).nodes()).hasSize(2);
            });
        });
    }

    @Test
    void failuresOfAnotherApplicationArriveWithTheirTypeAndDetails() {
        this.shop.run((shop) -> this.warehouse.run((warehouse) -> {
            WorkflowHandle<Orders, String> order = start(shop, "unicorn");
            order.signal((w) -> w.approve("Ann"));
            assertThat(order.result(PATIENCE)).isEqualTo("OutOfStock/no unicorn/NoCarrier");
        }));
    }

    @Test
    void whatNobodyServesIsSaidByTheDescriptionAndGoesOnOnceSomebodyDoes() {
        this.client.run((context) -> {
            WorkflowHandle<Orders, String> order = start(context, "lamp");
            assertThatExceptionOfType(ResultTimeoutException.class)
                .isThrownBy(() -> order.result(Duration.ofMillis(200)))
                .withMessageContaining("problem()");
            awaitProblem(order, "Waits for a worker: no live node serves task queue 'orders'");
            this.shop.run((shop) -> {
                order.signal((w) -> w.approve("Ann"));
                awaitProblem(order, "waits for a worker: no live node serves task queue 'warehouse'");
                this.warehouse.run((warehouse) -> {
                    assertThat(order.result(PATIENCE)).endsWith("shipped lamp to Ann");
                    assertThat(order.problem()).isEmpty();
                });
            });
        });
    }

    @Test
    void typeThatNoNodeOfItsQueueHasIsSaidByTheDescription() {
        this.warehouse.run((warehouse) -> this.client.run((context) -> {
            WorkflowHandle<Orders, String> order = context.getBean(WorkflowClient.class)
                .start(Orders.class, (w) -> w.fulfil("lamp"), WorkflowOptions.withId("lost").taskQueue("warehouse"));
            awaitProblem(order,
                    "Waits for a worker: no live node of task queue 'warehouse' has workflow type 'Orders'");
        }));
    }

    @Test
    void activityThatNobodyTakesInTimeFails() {
        this.shop.run((shop) -> {
            WorkflowHandle<Impatient, String> impatient = shop.getBean(WorkflowClient.class)
                .start(Impatient.class, (w) -> w.pick("lamp"), WorkflowOptions.withId("impatient"));
            assertThat(impatient.result(PATIENCE)).startsWith("SCHEDULE_TO_START")
                .contains("Stock.pick", "'warehouse'");
        });
    }

    @Test
    void startByAnInterfaceThatNamesNoQueueSaysWhatIsMissing() {
        this.client.run((context) -> assertThatExceptionOfType(UnknownWorkflowTypeException.class)
            .isThrownBy(() -> context.getBean(WorkflowClient.class)
                .start(Homeless.class, (w) -> w.run("x"), WorkflowOptions.withId("homeless")))
            .withMessageContaining("Unknown workflow type 'Homeless'")
            .withMessageContaining("needs its task queue named"));
    }

    @Test
    void queryWhereTheCodeIsNotSaysSo() {
        this.shop.run((shop) -> this.client.run((context) -> {
            WorkflowHandle<Orders, String> order = start(context, "lamp");
            assertThatExceptionOfType(NoWorkerException.class).isThrownBy(() -> order.query((w) -> w.approver()))
                .withMessageContaining("'Orders' is not in this application; ask one that has it");
            assertThat((String) shop.getBean(WorkflowClient.class)
                .workflow(Orders.class, "order-lamp")
                .query((w) -> w.approver())).isEqualTo("nobody");
        }));
    }

    private static WorkflowHandle<Orders, String> start(ApplicationContext context, String item) {
        return context.getBean(WorkflowClient.class)
            .start(Orders.class, (w) -> w.fulfil(item), WorkflowOptions.withId("order-" + item));
    }

    private static void awaitProblem(WorkflowHandle<?, ?> run, String problem) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!run.problem().orElse("").contains(problem)) {
            assertThat(System.nanoTime()).as("waited in vain for: " + problem).isLessThan(end);
        }
    }

    // What the applications share

    @Workflow(taskQueue = "orders")
    interface Orders {

        @WorkflowMethod
        String fulfil(String item);

        @SignalMethod
        void approve(String by);

        @UpdateMethod
        String note(String text);

        @QueryMethod
        String approver();

    }

    @Activity(taskQueue = "warehouse")
    interface Stock {

        String pick(String item);

    }

    @Workflow(taskQueue = "shipping")
    interface Shipping {

        @WorkflowMethod
        String ship(String item, String to);

    }

    @Workflow
    interface Homeless {

        @WorkflowMethod
        String run(String name);

    }

    // The shop

    @Configuration(proxyBeanMethods = false)
    @Import({ OrderWorkflow.class, Impatient.class })
    static class ShopApplication {

    }

    static class OrderWorkflow implements Orders {

        private final Stock stock = Workflows.activities(Stock.class, ActivityOptions.defaults());

        private String approver = "nobody";

        @Override
        public String fulfil(String item) {
            Workflows.await(() -> !this.approver.equals("nobody"));
            Shipping shipping = Workflows.child(Shipping.class, ChildOptions.defaults());
            if (item.equals("unicorn")) {
                return failures(item, shipping);
            }
            return item + " approved by " + this.approver + ", " + this.stock.pick(item) + ", "
                    + shipping.ship(item, this.approver);
        }

        private String failures(String item, Shipping shipping) {
            try {
                return this.stock.pick(item);
            }
            catch (ActivityFailure ex) {
                ApplicationFailure stockFailure = (ApplicationFailure) ex.getCause();
                try {
                    return shipping.ship(item, this.approver);
                }
                catch (ChildWorkflowFailure failure) {
                    return stockFailure.type() + "/" + stockFailure.detail(0, String.class).orElse("?") + "/"
                            + ((ApplicationFailure) failure.getCause()).type();
                }
            }
        }

        @Override
        public void approve(String by) {
            this.approver = by;
        }

        @Override
        public String note(String text) {
            return "noted: " + text;
        }

        @Override
        public String approver() {
            return this.approver;
        }

    }

    @Workflow(taskQueue = "orders")
    static class Impatient {

        @WorkflowMethod
        public String pick(String item) {
            try {
                return Workflows
                    .activities(Stock.class, ActivityOptions.defaults().scheduleToStartTimeout(Duration.ofMillis(300)))
                    .pick(item);
            }
            catch (ActivityFailure ex) {
                return ((TimeoutFailure) ex.getCause()).kind() + ": " + ex.getCause().getMessage();
            }
        }

    }

    // The warehouse

    @Configuration(proxyBeanMethods = false)
    @Import({ Shelves.class, Parcels.class })
    static class WarehouseApplication {

    }

    static class Shelves implements Stock {

        @Override
        @Transactional
        public String pick(String item) {
            if (item.equals("unicorn")) {
                throw ApplicationFailure.nonRetryable("refused", "OutOfStock", "no " + item);
            }
            return "picked " + item;
        }

    }

    static class Parcels implements Shipping {

        @Override
        public String ship(String item, String to) {
            if (item.equals("unicorn")) {
                throw ApplicationFailure.of("too large", "NoCarrier");
            }
            return "shipped " + item + " to " + to;
        }

    }

}
