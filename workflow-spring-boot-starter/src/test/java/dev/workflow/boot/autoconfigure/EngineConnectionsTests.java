package dev.workflow.boot.autoconfigure;

import java.time.Duration;

import com.zaxxer.hikari.HikariCredentialsProvider;
import com.zaxxer.hikari.HikariDataSource;
import dev.workflow.store.SessionSettings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EngineConnectionsTests {

    /** Nobody listens there, and nobody asks. */
    private static final String URL = "jdbc:postgresql://localhost:1/none";

    private static String engineUrl(HikariDataSource application) {
        try (application;
                EngineConnections connections = EngineConnections.beside(application, 3, Duration.ofSeconds(1))) {
            return String.valueOf(((HikariDataSource) connections.dataSource()).getJdbcUrl());
        }
    }

    private static HikariDataSource application(String url) {
        HikariDataSource application = new HikariDataSource();
        application.setJdbcUrl(url);
        return application;
    }

    @Test
    void serverThatVanishesIsNoticed() {
        assertThat(engineUrl(application(URL))).startsWith(URL + "?")
            .contains("tcpKeepAlive=true")
            .contains("socketTimeout=45");
    }

    @Test
    void whatTheApplicationSaysComesFirst() {
        HikariDataSource application = application(URL + "?ssl=false&socketTimeout=60");
        application.addDataSourceProperty("tcpKeepAlive", "false");
        assertThat(engineUrl(application)).isEqualTo(URL + "?ssl=false&socketTimeout=60");
    }

    @Test
    void whatTheApplicationSaysToEachNewConnectionIsSaidFirst() {
        assertThat(initSql(application(URL))).isEqualTo(SessionSettings.sql());
        HikariDataSource application = application(URL);
        application.setConnectionInitSql("set role app; ");
        assertThat(initSql(application)).isEqualTo("set role app;\n" + SessionSettings.sql());
    }

    @Test
    void credentialsThatAreExchangedReachTheEnginesConnections() {
        HikariDataSource application = application(URL);
        application.setUsername("app");
        application.setPassword("old");
        try (application;
                EngineConnections connections = EngineConnections.beside(application, 3, Duration.ofSeconds(1))) {
            application.getHikariConfigMXBean().setPassword("new");
            HikariCredentialsProvider provider = ((HikariDataSource) connections.dataSource()).getCredentialsProvider();
            assertThat(provider.getCredentials().getUsername()).isEqualTo("app");
            assertThat(provider.getCredentials().getPassword()).isEqualTo("new");
        }
    }

    private static String initSql(HikariDataSource application) {
        try (application;
                EngineConnections connections = EngineConnections.beside(application, 3, Duration.ofSeconds(1))) {
            return ((HikariDataSource) connections.dataSource()).getConnectionInitSql();
        }
    }

}
