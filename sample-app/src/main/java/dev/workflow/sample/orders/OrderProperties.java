package dev.workflow.sample.orders;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What can be set about orders.
 *
 * @param approvalTimeout how long an expensive order waits for its approval
 * @param carrierFailureRate how often the carrier fails, from 0 to 1
 */
@ConfigurationProperties("sample.orders")
public record OrderProperties(@DefaultValue("2d") Duration approvalTimeout,
        @DefaultValue("0.3") double carrierFailureRate) {
}
