package dev.workflow.store;

import java.nio.ByteBuffer;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Oid;
import org.postgresql.jdbc.PgArray;
import org.postgresql.jdbc.PreferQueryMode;

/**
 * Arrays of UUIDs in the binary form of the protocol, which the driver has for other
 * types only. As text, the run ids were a good part of what a committer and the server
 * spent on a batch.
 */
final class UuidArray {

    private static final int BYTES = 16;

    private static final int HEADER = 5 * Integer.BYTES;

    private UuidArray() {
    }

    static Array of(Connection connection, List<? extends @Nullable UUID> values) throws SQLException {
        BaseConnection driver = connection.unwrap(BaseConnection.class);
        if (driver.getPreferQueryMode() == PreferQueryMode.SIMPLE) {
            return connection.createArrayOf("uuid", values.toArray());
        }
        return new PgArray(driver, Oid.UUID_ARRAY, encode(values));
    }

    /**
     * Number of dimensions, whether there are nulls, type of the elements, length, lower
     * bound; then each element after its length, which is -1 for null.
     */
    private static byte[] encode(List<? extends @Nullable UUID> values) {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER + values.size() * (Integer.BYTES + BYTES));
        int dimensions = values.isEmpty() ? 0 : 1;
        bytes.putInt(dimensions).putInt(values.stream().anyMatch(Objects::isNull) ? 1 : 0).putInt(Oid.UUID);
        if (dimensions > 0) {
            bytes.putInt(values.size()).putInt(1);
        }
        for (UUID value : values) {
            if (value != null) {
                bytes.putInt(BYTES).putLong(value.getMostSignificantBits()).putLong(value.getLeastSignificantBits());
            }
            else {
                bytes.putInt(-1);
            }
        }
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

}
