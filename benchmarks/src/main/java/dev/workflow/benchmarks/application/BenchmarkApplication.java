package dev.workflow.benchmarks.application;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** An application with nothing but the workload. */
@SpringBootApplication
public class BenchmarkApplication {

}
