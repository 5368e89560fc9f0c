package dev.workflow.boot.autoconfigure;

import java.util.List;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadata;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

@ExtendWith(OutputCaptureExtension.class)
class ConnectionShareTests {

    @ParameterizedTest
    @CsvSource({ "1, 1", "2, 1", "3, 2", "4, 3", "5, 3", "8, 6", "10, 7", "20, 15", "100, 75" })
    void leavesTheApplicationAQuarter(int poolSize, int share) {
        assertThat(ConnectionShare.of(null, poolSize, false)).isEqualTo(share);
    }

    @ParameterizedTest
    @CsvSource({ "5, 1", "8, 1", "10, 2", "27, 15" })
    void leavesTheEngineWhatItBorrows(int poolSize, int share) {
        assertThat(ConnectionShare.of(null, poolSize, true)).isEqualTo(share);
    }

    @Test
    void isSensibleForAPoolThatIsNotKnown() {
        assertThat(ConnectionShare.of(null, null, false)).isEqualTo(6);
    }

    @Test
    void isWhatTheApplicationWants(CapturedOutput output) {
        assertThat(ConnectionShare.of(9, 10, false)).isEqualTo(9);
        assertThat(output).doesNotContain("transactional-slots");
        assertThat(ConnectionShare.of(10, 10, false)).isEqualTo(10);
        assertThat(output).contains("workflow.activity.transactional-slots is 10, and the pool has 10 connections");
    }

    @Test
    void hikariTellsItsSizeAlsoWhenItIsWrappedOrHasNotBegun() {
        try (HikariDataSource pool = new HikariDataSource()) {
            assertThat(ConnectionShare.poolSize(pool, List.of())).isEqualTo(10);
            pool.setMaximumPoolSize(33);
            assertThat(ConnectionShare.poolSize(new DelegatingDataSource(pool), List.of())).isEqualTo(33);
        }
    }

    @Test
    void otherPoolsTellTheirSizeThroughTheirMetadata() {
        DataSourcePoolMetadata metadata = mock();
        DataSourcePoolMetadataProvider provider = (dataSource) -> metadata;
        DriverManagerDataSource dataSource = new DriverManagerDataSource();
        given(metadata.getMax()).willReturn(12);
        assertThat(ConnectionShare.poolSize(dataSource, List.of(provider))).isEqualTo(12);
        given(metadata.getMax()).willReturn(-1);
        assertThat(ConnectionShare.poolSize(dataSource, List.of(provider))).isNull();
        assertThat(ConnectionShare.poolSize(dataSource, List.of())).isNull();
    }

}
