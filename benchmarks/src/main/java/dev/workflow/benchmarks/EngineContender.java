package dev.workflow.benchmarks;

import java.util.ArrayList;
import java.util.List;

import dev.workflow.benchmarks.application.BenchmarkApplication;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;

/** This engine: an application context with the starter's defaults. */
final class EngineContender implements Contender {

    static final String NAME = "engine";

    private final List<String> properties;

    EngineContender(String... properties) {
        this.properties = List.of(properties);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public EngineSession open(Database database) {
        List<String> all = new ArrayList<>(this.properties);
        all.add("spring.datasource.url=" + database.url());
        all.add("spring.datasource.username=" + database.user());
        all.add("spring.datasource.password=" + database.password());
        return new EngineSession(new SpringApplicationBuilder(BenchmarkApplication.class).web(WebApplicationType.NONE)
            .bannerMode(Banner.Mode.OFF)
            .properties(all.toArray(String[]::new))
            .run());
    }

    @Override
    public void verify(Database database, long workflows) {
        database.requireCompleted(workflows);
    }

    @Override
    public void verifySteps(Database database, long workflows, long steps) {
        database.require("events", 2 * workflows + 2 * steps, "select count(*) from workflow_event");
    }

}
