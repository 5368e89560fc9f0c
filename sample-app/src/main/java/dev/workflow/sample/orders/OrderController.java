package dev.workflow.sample.orders;

import java.net.URI;

import dev.workflow.client.WorkflowAlreadyStartedException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** Takes orders over HTTP. */
@RestController
@RequestMapping("/demo/orders")
class OrderController {

    private final Orders orders;

    OrderController(Orders orders) {
        this.orders = orders;
    }

    @PostMapping
    ResponseEntity<Placed> place(@RequestBody Order order) {
        Order.check(order);
        try {
            String workflowId = this.orders.place(order);
            return ResponseEntity.created(URI.create("/demo/orders")).body(new Placed(workflowId));
        }
        catch (DataIntegrityViolationException | WorkflowAlreadyStartedException ex) {
            throw new ResponseStatusException(HttpStatus.CONFLICT, "Order " + order.orderId() + " exists", ex);
        }
    }

    record Placed(String workflowId) {
    }

}
