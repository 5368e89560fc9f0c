package dev.workflow.sample.postgres;

import java.io.IOException;
import java.nio.file.Path;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Starts a PostgreSQL when {@code spring.datasource.url} is not set. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "spring.datasource.url", matchIfMissing = true, havingValue = "none")
class PostgresConfiguration {

    @Bean
    LocalPostgres localPostgres(@Value("${sample.postgres.directory:data/postgres}") Path directory,
            @Value("${sample.postgres.port:54329}") int port) throws IOException {
        return LocalPostgres.start(directory.toAbsolutePath().normalize(), port);
    }

    @Bean
    JdbcConnectionDetails jdbcConnectionDetails(LocalPostgres postgres) {
        return new JdbcConnectionDetails() {

            @Override
            public String getJdbcUrl() {
                return postgres.url();
            }

            @Override
            public String getUsername() {
                return "postgres";
            }

            @Override
            public String getPassword() {
                return "";
            }

        };
    }

}
