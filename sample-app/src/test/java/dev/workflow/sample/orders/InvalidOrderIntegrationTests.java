package dev.workflow.sample.orders;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.workflow.client.WorkflowHandle;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.sample.SampleTests;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/** Orders that no retry could help are refused, wherever they come from. */
class InvalidOrderIntegrationTests extends SampleTests {

    private static final String LONG = "x".repeat(3_000);

    static Stream<Arguments> invalidOrders() {
        return Stream.of(argumentSet("no customer", order().customer(null), "customer"),
                argumentSet("a blank customer", order().customer(" "), "customer"),
                argumentSet("NUL in the customer", order().customer("a\0b"), "customer"),
                argumentSet("half a character in the customer", order().customer("a\ud800"), "customer"),
                argumentSet("a long customer", order().customer(LONG), "customer"),
                argumentSet("NUL in the order id", order().orderId("a\0b"), "orderId"),
                argumentSet("a long order id", order().orderId(LONG), "orderId"),
                argumentSet("a blank address", order().address(" "), "address"),
                argumentSet("NUL in the address", order().address("a\0b"), "address"),
                argumentSet("no amount", order().amountCents(0), "amountCents"),
                argumentSet("a negative amount", order().amountCents(-1), "amountCents"),
                argumentSet("no items", order().items((List<Order.Item>) null), "items"),
                argumentSet("an item that is null", order().items((Order.Item) null), "items[0]"),
                argumentSet("no sku", order().items(new Order.Item(null, 1)), "items[0].sku"),
                argumentSet("NUL in a sku", order().items(new Order.Item("a\0b", 1)), "items[0].sku"),
                argumentSet("a long sku", order().items(new Order.Item(LONG, 1)), "items[0].sku"),
                argumentSet("a negative quantity", order().items(new Order.Item("lamp", 1), new Order.Item("pen", -1)),
                        "items[1].quantity"));
    }

    @ParameterizedTest
    @MethodSource("invalidOrders")
    void invalidOrderIsRefusedBeforeAnythingIsSaved(Draft draft, String field) {
        MvcTestResult refused = post("/demo/orders", draft.order());
        assertThat(refused).hasStatus(400).bodyJson().extractingPath("$.detail").asString().contains(field + ":");
        int rows = this.jdbc.sql("select count(*) from customer_order where customer = 'ada'")
            .query(Integer.class)
            .single();
        assertThat(rows).isZero();
    }

    @ParameterizedTest
    @MethodSource("invalidOrders")
    void workflowOfAnInvalidOrderFailsForGoodBeforeAnythingIsDone(Draft draft, String field) {
        WorkflowHandle<Object, Object> handle = startOverRest("OrderWorkflow", anyId(), draft.order());
        ApplicationFailure failure = failureOf(handle);
        assertThat(failure.type()).isEqualTo("InvalidOrder");
        assertThat(failure.isNonRetryable()).isTrue();
        assertThat(failure).hasMessageContaining(field + ":");
        assertThat(eventTypes(handle)).containsExactly("WorkflowExecutionStarted", "WorkflowExecutionFailed");
    }

    @Test
    void orderThatIsNullIsRefused() {
        assertThat(post("/demo/orders", null)).hasStatus(400);
        ApplicationFailure failure = failureOf(startOverRest("OrderWorkflow", anyId(), (Object) null));
        assertThat(failure.type()).isEqualTo("InvalidOrder");
    }

    static Stream<String> invalidAddresses() {
        return Stream.of(" ", "a\0b", LONG);
    }

    @ParameterizedTest
    @MethodSource("invalidAddresses")
    void newAddressThatNobodyCouldReadIsRefused(String address) {
        Order order = order().amountCents(150_000).order();
        assertThat(post("/demo/orders", order)).hasStatus(201);
        step();
        String path = "/api/v1/workflows/order-" + order.orderId();
        assertThat(post(path + "/updates/changeAddress", Map.of("args", List.of(address)))).hasStatus(422);
        this.client.workflow("order-" + order.orderId()).signal("approve", "grace");
        assertThat(this.client.workflow("order-" + order.orderId()).result(Receipt.class, PATIENCE).address())
            .isEqualTo("1 Main St");
    }

    @Test
    void whatTheWarehouseDoesNotHaveIsUndone() {
        ApplicationFailure failure = (ApplicationFailure) catchFailure(
                order().items(new Order.Item("lamp", 1), new Order.Item("pen", 1_001)));
        assertThat(failure.type()).isEqualTo("OutOfStock");
    }

    @Test
    void amountThatTheBankDeclinesIsUndone() {
        ApplicationFailure failure = (ApplicationFailure) catchFailure(order().amountCents(Long.MAX_VALUE));
        assertThat(failure.type()).isEqualTo("Declined");
    }

    private Throwable catchFailure(Draft draft) {
        assertThat(post("/demo/orders", draft.order())).hasStatus(201);
        WorkflowHandle<Object, Object> handle = this.client.workflow("order-" + draft.order().orderId());
        Throwable failure = catchThrowable(() -> handle.result(PATIENCE));
        int reserved = this.jdbc.sql("select count(*) from reservation where order_id = ?")
            .param(draft.order().orderId())
            .query(Integer.class)
            .single();
        assertThat(reserved).isZero();
        return failure.getCause().getCause();
    }

    private static Draft order() {
        return new Draft(
                new Order("invalid-" + anyId(), "grace", 5_000, List.of(new Order.Item("lamp", 1)), "1 Main St"));
    }

    /** An order in which one thing after the other can be changed. */
    private record Draft(Order order) {

        Draft orderId(String value) {
            return new Draft(new Order(value, this.order.customer(), this.order.amountCents(), this.order.items(),
                    this.order.address()));
        }

        Draft customer(String value) {
            return new Draft(new Order(this.order.orderId(), value, this.order.amountCents(), this.order.items(),
                    this.order.address()));
        }

        Draft amountCents(long value) {
            return new Draft(new Order(this.order.orderId(), this.order.customer(), value, this.order.items(),
                    this.order.address()));
        }

        Draft items(Order.Item... value) {
            return items(Arrays.asList(value));
        }

        Draft items(List<Order.Item> value) {
            return new Draft(new Order(this.order.orderId(), this.order.customer(), this.order.amountCents(), value,
                    this.order.address()));
        }

        Draft address(String value) {
            return new Draft(new Order(this.order.orderId(), this.order.customer(), this.order.amountCents(),
                    this.order.items(), value));
        }

    }

}
