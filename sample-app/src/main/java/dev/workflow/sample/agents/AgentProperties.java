package dev.workflow.sample.agents;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What can be set about agents.
 *
 * @param maxTurns how often the model is asked, at most, for one task
 * @param approvalTimeout how long a dangerous call waits for somebody's decision
 */
@ConfigurationProperties("sample.agents")
public record AgentProperties(@DefaultValue("10") int maxTurns, @DefaultValue("1h") Duration approvalTimeout) {
}
