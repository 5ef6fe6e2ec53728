package pfs.meta.postgresql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import pfs.meta.Key;
import pfs.meta.MetaStore.Lease;
import pfs.meta.postgresql.Transactions.Outcome;

/**
 * The leases. A row stays when its lease ran out or was given back, so that the next token is a
 * greater one. {@code clock_timestamp} is the time when the row is looked at; {@code now} would be
 * that of the transaction's begin, before it waited for the row.
 */
final class LeaseTable {
    private LeaseTable() {}

    static Outcome<Optional<Lease>> take(
            Connection connection, Key name, String holder, long millis) throws SQLException {
        String query =
                """
                insert into pfs_lease as l (name, token, holder, until)
                values (?, 1, ?, clock_timestamp() + ? * interval '1 millisecond')
                on conflict (name) do update set
                    token = case when l.until > clock_timestamp() then l.token else l.token + 1 end,
                    holder = excluded.holder,
                    until = clock_timestamp() + ? * interval '1 millisecond'
                where l.until <= clock_timestamp() or l.holder = excluded.holder
                returning token
                """;
        try (PreparedStatement statement =
                        PostgresMetaStore.prepare(connection, query, name, holder, millis, millis);
                ResultSet row = statement.executeQuery()) {
            if (!row.next()) {
                return new Outcome<>(Optional.empty(), false);
            }
            return new Outcome<>(Optional.of(new Lease(name, holder, row.getLong(1))), true);
        }
    }

    static Optional<Lease> holder(Connection connection, Key name) throws SQLException {
        String query =
                "select holder, token from pfs_lease where name = ? and until > clock_timestamp()";
        try (PreparedStatement statement = PostgresMetaStore.prepare(connection, query, name);
                ResultSet row = statement.executeQuery()) {
            return row.next()
                    ? Optional.of(new Lease(name, row.getString(1), row.getLong(2)))
                    : Optional.empty();
        }
    }

    /** True if the lease is held; nobody else can take it before this transaction ends. */
    static boolean held(Connection connection, Lease lease) throws SQLException {
        String query =
                "select until > clock_timestamp() from pfs_lease where name = ? and token = ?"
                        + " and holder = ? for share";
        try (PreparedStatement statement =
                        PostgresMetaStore.prepare(
                                connection, query, lease.name(), lease.token(), lease.holder());
                ResultSet row = statement.executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }

    static Outcome<Boolean> release(Connection connection, Lease lease) throws SQLException {
        String query =
                "update pfs_lease set until = '-infinity' where name = ? and token = ? and holder ="
                        + " ? and until > clock_timestamp()";
        try (PreparedStatement statement =
                PostgresMetaStore.prepare(
                        connection, query, lease.name(), lease.token(), lease.holder())) {
            return new Outcome<>(true, statement.executeUpdate() > 0);
        }
    }
}
