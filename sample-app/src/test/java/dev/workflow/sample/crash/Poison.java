package dev.workflow.sample.crash;

import dev.workflow.Activity;
import dev.workflow.Retry;
import org.springframework.context.annotation.Profile;

/** An activity that ends its process at once. */
@Activity(startToCloseTimeout = "20s", retry = @Retry(initialInterval = "100ms", maximumAttempts = 3))
@Profile("crash")
public class Poison {

    public void drink() {
        System.out.println("poison: this process ends here");
        Runtime.getRuntime().halt(13);
    }

}
