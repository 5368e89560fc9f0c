package dev.workflow.sample.orders;

import org.springframework.data.jpa.repository.JpaRepository;

/** The orders. */
interface OrderRows extends JpaRepository<OrderRow, String> {

}
