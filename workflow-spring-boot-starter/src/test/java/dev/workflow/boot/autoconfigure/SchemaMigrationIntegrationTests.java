package dev.workflow.boot.autoconfigure;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import javax.sql.DataSource;

import dev.workflow.boot.TestPostgres;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The migration when several nodes start at once on an empty database. */
class SchemaMigrationIntegrationTests {

    @Test
    void nodesThatStartTogetherMigrateOneAfterTheOther() throws Exception {
        DataSource dataSource = new DriverManagerDataSource(TestPostgres.newDatabase(), "postgres", "postgres");
        Callable<Boolean> node = () -> {
            new SchemaMigration(WorkflowDatabase.of(dataSource), "flows", new DefaultResourceLoader())
                .afterPropertiesSet();
            return true;
        };
        try (ExecutorService nodes = Executors.newFixedThreadPool(4)) {
            for (Future<Boolean> migrated : nodes.invokeAll(Stream.generate(() -> node).limit(4).toList())) {
                assertThat(migrated.get()).isTrue();
            }
        }
        assertThat(new JdbcTemplate(dataSource).queryForObject(
                "select count(*) from flows.workflow_databasechangelog group by id order by 1 desc limit 1",
                Integer.class))
            .isOne();
    }

}
