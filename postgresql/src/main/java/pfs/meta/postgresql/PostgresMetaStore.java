package pfs.meta.postgresql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.Key;
import pfs.meta.MetaLimits;
import pfs.meta.MetaStore;
import pfs.meta.postgresql.Transactions.Outcome;

/**
 * A {@link MetaStore} in PostgreSQL 13 or newer: one table for the pairs, one for the leases, made
 * by migrations at the first start. A batch is one transaction that locks the rows it touches in
 * the order of their keys, so that batches wait for each other and never fail for each other. What
 * became of a commit whose answer was lost is found out ({@link Transactions}). Leases run by
 * PostgreSQL's clock.
 *
 * <p>What is acknowledged is as durable as the server's settings make it: {@code fsync} has to be
 * on, and with standbys {@code synchronous_standby_names} set, or a failover may lose the last
 * changes. {@code synchronous_commit} is on for these connections, whatever the default.
 */
public final class PostgresMetaStore implements MetaStore {
    private static final int CONNECTIONS = 16;
    private static final long LONGEST_CONNECTING_MILLIS = 3000;

    private final HikariDataSource connections;
    private final Transactions transactions;

    /**
     * Opens the store, and makes or migrates its tables.
     *
     * @param patience how long a call may take with all its attempts
     * @throws PfsException ENGINE_UNAVAILABLE or STOPPED if PostgreSQL cannot be reached, or
     *     refuses
     */
    public PostgresMetaStore(PostgresAddress address, Duration patience) {
        this.connections = new HikariDataSource(settings(address, patience));
        this.transactions = new Transactions(connections, patience);
        boolean ready = false;
        try {
            migrate(address.schema());
            forgetOldReceipts();
            ready = true;
        } finally {
            if (!ready) {
                connections.close();
            }
        }
    }

    private PostgresMetaStore(HikariDataSource connections, Duration patience) {
        this.connections = connections;
        this.transactions = new Transactions(connections, patience);
    }

    /** The same store with another patience; one of the two has to be closed. */
    PostgresMetaStore withPatience(Duration patience) {
        return new PostgresMetaStore(connections, patience);
    }

    private static HikariConfig settings(PostgresAddress address, Duration patience) {
        HikariConfig settings = new HikariConfig();
        settings.setPoolName("pfs-postgresql");
        settings.setJdbcUrl(address.jdbc());
        settings.setUsername(address.user());
        settings.setPassword(address.password());
        settings.setMaximumPoolSize(CONNECTIONS);
        settings.setMinimumIdle(1);
        settings.setConnectionTimeout(
                Math.clamp(patience.toMillis() / 4, 250, LONGEST_CONNECTING_MILLIS));
        settings.setValidationTimeout(250);
        settings.setInitializationFailTimeout(-1);
        settings.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        settings.addDataSourceProperty("tcpKeepAlive", "true");
        settings.addDataSourceProperty("prepareThreshold", "3");
        settings.addDataSourceProperty("currentSchema", address.schema());
        settings.addDataSourceProperty("ApplicationName", "pfs");
        settings.addDataSourceProperty(
                "socketTimeout", Long.toString(Math.max(1, patience.toSeconds() / 2)));
        settings.addDataSourceProperty("options", "-c synchronous_commit=on");
        return settings;
    }

    private void migrate(String schema) {
        transactions.read("answer", connection -> connection.isValid(0));
        try {
            Flyway.configure(PostgresMetaStore.class.getClassLoader())
                    .dataSource(connections)
                    .schemas(schema)
                    .defaultSchema(schema)
                    .table("pfs_migration")
                    .locations("classpath:pfs/meta/postgresql")
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw new PfsException(
                    ErrorCode.STOPPED,
                    "the tables in PostgreSQL cannot be made: " + e.getMessage(),
                    null,
                    e);
        }
    }

    private void forgetOldReceipts() {
        transactions.read(
                "forget old receipts",
                connection -> {
                    Receipts.forgetOld(connection);
                    return true;
                });
    }

    @Override
    public Optional<Versioned> get(Key key) {
        return select("key = ?", key).map(Pair::value);
    }

    /** The first pair of those that a condition of one key leaves. */
    private Optional<Pair> select(String where, Key key) {
        List<Pair> found =
                pairs("read a key", "select key, value, version from pfs_pair where " + where, key);
        return found.stream().findFirst();
    }

    private List<Pair> pairs(String what, String query, Object... parameters) {
        return transactions.read(
                what,
                connection -> {
                    try (PreparedStatement statement = prepare(connection, query, parameters);
                            ResultSet rows = statement.executeQuery()) {
                        List<Pair> found = new ArrayList<>();
                        while (rows.next()) {
                            Bytes value = Bytes.of(rows.getBytes(2));
                            found.add(
                                    new Pair(
                                            Key.of(rows.getBytes(1)),
                                            new Versioned(value, rows.getLong(3))));
                        }
                        return found;
                    }
                });
    }

    static PreparedStatement prepare(Connection connection, String query, Object... parameters)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(query);
        for (int i = 0; i < parameters.length; i++) {
            switch (parameters[i]) {
                case Key key -> statement.setBytes(i + 1, key.array());
                case Bytes value -> statement.setBytes(i + 1, value.array());
                case Object other -> statement.setObject(i + 1, other);
            }
        }
        return statement;
    }

    static int update(Connection connection, String query, Object... parameters)
            throws SQLException {
        try (PreparedStatement statement = prepare(connection, query, parameters)) {
            return statement.executeUpdate();
        }
    }

    @Override
    public List<Pair> scan(Key prefix, Key after, int limit) {
        boolean fromPrefix = prefix.compareTo(after) > 0;
        if (limit <= 0 || !fromPrefix && !after.startsWith(prefix)) {
            return List.of();
        }
        String from = "key " + (fromPrefix ? ">=" : ">") + " ?";
        Key begin = fromPrefix ? prefix : after;
        String query = "select key, value, version from pfs_pair where " + from;
        String order = " order by key limit ?";
        Key end = past(prefix);
        return end == null
                ? pairs("scan keys", query + order, begin, limit)
                : pairs("scan keys", query + " and key < ?" + order, begin, end, limit);
    }

    /** The first key behind all that begin with the prefix; null if there is none. */
    private static @Nullable Key past(Key prefix) {
        byte[] bytes = prefix.array();
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == (byte) 0xff) {
            end--;
        }
        if (end == 0) {
            return null;
        }
        byte[] past = java.util.Arrays.copyOf(bytes, end);
        past[end - 1]++;
        return Key.of(past);
    }

    @Override
    public Optional<Pair> floor(Key prefix, Key atMost) {
        if (atMost.compareTo(prefix) < 0) {
            return Optional.empty();
        }
        Key end = atMost.startsWith(prefix) ? null : past(prefix);
        String where = (end == null ? "key <= ?" : "key < ?") + " order by key desc limit 1";
        return select(where, end == null ? atMost : end)
                .filter(pair -> pair.key().startsWith(prefix));
    }

    @Override
    public boolean commit(Batch batch) {
        Wishes wishes = new Wishes(MetaLimits.verify(batch));
        if (wishes.impossible()) {
            return false;
        }
        return transactions.write("commit", wishes::apply);
    }

    /** What a batch wants of each key, in the order in which the rows are locked. */
    private static final class Wishes {
        private final NavigableMap<Key, Long> required = new TreeMap<>();
        private final NavigableMap<Key, Batch.Change> changes = new TreeMap<>();
        private final NavigableMap<Key, Lease> leases = new TreeMap<>();
        private boolean impossible;

        Wishes(Batch batch) {
            for (Batch.Condition condition : batch.conditions()) {
                Long other = required.put(condition.key(), condition.version());
                impossible |= other != null && other != condition.version();
            }
            for (Lease lease : batch.leases()) {
                Lease other = leases.put(lease.name(), lease);
                impossible |= other != null && !other.equals(lease);
            }
            batch.changes().forEach(change -> changes.put(change.key(), change));
        }

        /** True if it requires of one key that it has two versions, or of a lease two holders. */
        boolean impossible() {
            return impossible;
        }

        Outcome<Boolean> apply(Connection connection) throws SQLException {
            for (Lease lease : leases.values()) {
                if (!LeaseTable.held(connection, lease)) {
                    return new Outcome<>(false, false);
                }
            }
            for (Map.Entry<Key, Long> each : required.entrySet()) {
                if (!holds(connection, each.getKey(), each.getValue())) {
                    return new Outcome<>(false, false);
                }
            }
            for (Batch.Change change : changes.values()) {
                change(connection, change);
            }
            return new Outcome<>(true, true);
        }

        /** Locks the row of a key; what must not be there is made for the while. */
        private boolean holds(Connection connection, Key key, long version) throws SQLException {
            if (version != Batch.ABSENT) {
                String query = "select 1 from pfs_pair where key = ? and version = ? for update";
                try (PreparedStatement lock = prepare(connection, query, key, version);
                        ResultSet row = lock.executeQuery()) {
                    return row.next();
                }
            }
            String query =
                    "insert into pfs_pair values (?, '', nextval('pfs_version'))"
                            + " on conflict do nothing";
            if (update(connection, query, key) == 0) {
                return false;
            }
            if (!changes.containsKey(key)) {
                update(connection, "delete from pfs_pair where key = ?", key);
            }
            return true;
        }

        private static void change(Connection connection, Batch.Change change) throws SQLException {
            switch (change) {
                case Batch.Change.Put(Key key, Bytes value) ->
                        update(
                                connection,
                                "insert into pfs_pair values (?, ?, nextval('pfs_version')) on"
                                        + " conflict (key) do update set value = excluded.value,"
                                        + " version = excluded.version",
                                key,
                                value);
                case Batch.Change.Delete(Key key) ->
                        update(connection, "delete from pfs_pair where key = ?", key);
            }
        }
    }

    @Override
    public Optional<Lease> lease(Key name, String holder, long millis) {
        MetaLimits.verify(name);
        return transactions.write(
                "take a lease", connection -> LeaseTable.take(connection, name, holder, millis));
    }

    @Override
    public Optional<Lease> holder(Key name) {
        return transactions.read("read a lease", connection -> LeaseTable.holder(connection, name));
    }

    @Override
    public void release(Lease lease) {
        transactions.write(
                "give a lease back", connection -> LeaseTable.release(connection, lease));
    }

    @Override
    public void close() {
        connections.close();
    }
}
