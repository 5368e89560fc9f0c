package dev.workflow.sample.subscriptions;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What can be set about subscriptions.
 *
 * @param period how long a period is: a month elsewhere, seconds in a demo
 * @param periodsPerRun after how many periods a run continues as a new one
 */
@ConfigurationProperties("sample.subscriptions")
public record SubscriptionProperties(@DefaultValue("10s") Duration period, @DefaultValue("100") int periodsPerRun) {

    public SubscriptionProperties {
        if (!period.isPositive()) {
            throw new IllegalArgumentException("sample.subscriptions.period must be positive, but is " + period);
        }
        if (periodsPerRun < 1) {
            throw new IllegalArgumentException(
                    "sample.subscriptions.periods-per-run must be 1 or more, but is " + periodsPerRun);
        }
    }

}
