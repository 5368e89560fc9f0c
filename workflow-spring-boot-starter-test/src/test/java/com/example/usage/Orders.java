package com.example.usage;

import java.time.Duration;

import dev.workflow.Activity;
import dev.workflow.ActivityMethod;
import dev.workflow.CancellationType;
import dev.workflow.Promise;
import dev.workflow.QueryMethod;
import dev.workflow.Retry;
import dev.workflow.Saga;
import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.UpdateValidator;
import dev.workflow.Workflow;
import dev.workflow.WorkflowInit;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.WorkflowException;

import org.springframework.transaction.annotation.Transactional;

/** The workflow and the activities that the documentation shows first. */
final class Orders {

    private Orders() {
    }

    record Order(String id, String address) {
    }

    record Charge(String id) {
    }

    record Receipt(String label, String invoice) {
    }

    enum Status {

        RECEIVED, CHARGED

    }

    @Workflow(taskQueue = "${orders.queue:orders}", failOn = ArithmeticException.class)
    static class OrderWorkflow {

        private final Payments payments;

        private final Shipping shipping;

        private Status status = Status.RECEIVED;

        private String address = "";

        private boolean approved;

        OrderWorkflow(Payments payments, Shipping shipping) {
            this.payments = payments;
            this.shipping = shipping;
        }

        @WorkflowInit
        void init(Order order) {
            this.address = order.address();
        }

        @WorkflowMethod
        public Receipt fulfil(Order order) {
            var saga = new Saga().parallel(false).continueOnFailure(true);
            try {
                var charge = this.payments.charge(order);
                saga.addCompensation(() -> this.payments.refund(charge));
                this.status = Status.CHARGED;
                if (!Workflows.await(Duration.ofDays(2), () -> this.approved)) {
                    throw ApplicationFailure.of("not approved", "Expired");
                }
                Promise<String> label = Workflows.async(() -> this.shipping.label(this.address));
                Promise<String> invoice = Workflows.async(() -> this.payments.invoice(order));
                return new Receipt(label.get(), invoice.get());
            }
            catch (WorkflowException failure) {
                saga.compensate();
                throw failure;
            }
        }

        @SignalMethod
        public void approve() {
            this.approved = true;
        }

        @QueryMethod
        public Status status() {
            return this.status;
        }

        @UpdateMethod
        public String changeAddress(String to) {
            this.address = to;
            return this.address;
        }

        @UpdateValidator("changeAddress")
        void check(String to) {
            if (to.isBlank()) {
                throw new IllegalArgumentException("The address is empty");
            }
        }

        @SignalMethod("rename")
        public void renamed(String name) {
            this.address = name;
        }

        @QueryMethod("address")
        public String currentAddress() {
            return this.address;
        }

        @UpdateMethod("reset")
        public void restored() {
            this.address = "";
        }

    }

    @Activity(startToCloseTimeout = "30s", retry = @Retry(maximumAttempts = 5))
    static class Payments {

        @Transactional
        public Charge charge(Order order) {
            return new Charge("charge of " + order.id());
        }

        public void refund(Charge charge) {
            Journal.write("refunded " + charge.id());
        }

        public String invoice(Order order) {
            return "invoice of " + order.id();
        }

    }

    /** An interface with the annotations; its implementation is a plain bean. */
    @Activity(name = "Carrier", taskQueue = "${carrier.queue:}", startToCloseTimeout = "PT30S",
            scheduleToStartTimeout = "1h", scheduleToCloseTimeout = "2h", heartbeatTimeout = "10s",
            cancellationType = CancellationType.WAIT_CANCELLATION_COMPLETED)
    interface Shipping {

        @ActivityMethod(name = "PrintLabel", taskQueue = "orders", startToCloseTimeout = "20s",
                scheduleToStartTimeout = "30m", scheduleToCloseTimeout = "40m", heartbeatTimeout = "5s",
                cancellationType = CancellationType.ABANDON,
                retry = @Retry(initialInterval = "100ms", backoffCoefficient = 1.5, maximumInterval = "1m",
                        maximumAttempts = 3, doNotRetry = IllegalArgumentException.class))
        String label(String address);

    }

    static class PostOffice implements Shipping {

        @Override
        public String label(String address) {
            return "to " + address;
        }

    }

    /** What is seen of the activities from outside. */
    static final class Journal {

        private static final java.util.List<String> LINES = new java.util.concurrent.CopyOnWriteArrayList<>();

        private Journal() {
        }

        static void write(String line) {
            LINES.add(line);
        }

        static java.util.List<String> lines() {
            return LINES;
        }

    }

}
