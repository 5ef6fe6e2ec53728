package pfs.meta.postgresql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * Work in transactions, repeated until it is known to be done or not done, or patience ends. Each
 * transaction notes its number ({@code pg_current_xact_id}) before it commits; when the answer to
 * the commit is lost, PostgreSQL is asked on another connection what became of that number.
 */
final class Transactions {
    private static final long FIRST_PAUSE_MILLIS = 20;
    private static final long LONGEST_PAUSE_MILLIS = 500;

    private final DataSource connections;
    private final Duration patience;

    Transactions(DataSource connections, Duration patience) {
        this.connections = connections;
        this.patience = patience;
    }

    /** What is done with a connection. It may be done more than once, but counts once. */
    interface Work<T> {
        T with(Connection connection) throws SQLException;
    }

    /** What a transaction came to. */
    record Outcome<T>(T value, boolean commit) {}

    /** Reads, each statement by itself. */
    <T> T read(String what, Work<T> work) {
        Patience left = new Patience(what);
        while (true) {
            try (Connection connection = connections.getConnection()) {
                return work.with(connection);
            } catch (SQLException e) {
                left.again(e);
            }
        }
    }

    /** Does the work in one transaction, and commits it if the outcome says so. */
    <T> T write(String what, Work<Outcome<T>> work) {
        Patience left = new Patience(what);
        while (true) {
            Attempt<T> attempt = new Attempt<>();
            try {
                return attempt.run(work);
            } catch (SQLException e) {
                if (attempt.number != null && committed(attempt.number, left)) {
                    return attempt.value();
                }
                left.again(e);
            }
        }
    }

    /** One try. */
    private final class Attempt<T> {
        private @Nullable String number;
        private @Nullable T value;

        T run(Work<Outcome<T>> work) throws SQLException {
            try (Connection connection = connections.getConnection()) {
                connection.setAutoCommit(false);
                boolean done = false;
                try {
                    Outcome<T> outcome = work.with(connection);
                    value = outcome.value();
                    if (outcome.commit()) {
                        number = number(connection);
                        connection.commit();
                    } else {
                        connection.rollback();
                    }
                    done = true;
                    return outcome.value();
                } finally {
                    leave(connection, done);
                }
            }
        }

        T value() {
            if (value == null) {
                throw new IllegalStateException("a transaction committed without a value");
            }
            return value;
        }
    }

    private static void leave(Connection connection, boolean done) throws SQLException {
        try {
            if (!done) {
                connection.rollback();
            }
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            if (done) {
                throw e;
            }
            // the connection is broken; what broke it is on its way to the caller
        }
    }

    private static String number(Connection connection) throws SQLException {
        try (PreparedStatement ask =
                        connection.prepareStatement("select pg_current_xact_id()::text");
                ResultSet answer = ask.executeQuery()) {
            answer.next();
            return answer.getString(1);
        }
    }

    /** What became of a transaction whose answer did not come. */
    private boolean committed(String number, Patience left) {
        while (true) {
            try (Connection connection = connections.getConnection();
                    PreparedStatement ask =
                            connection.prepareStatement("select pg_xact_status(?::xid8)")) {
                ask.setString(1, number);
                try (ResultSet answer = ask.executeQuery()) {
                    answer.next();
                    String status = String.valueOf(answer.getString(1));
                    if (!status.equals("in progress")) {
                        return status.equals("committed");
                    }
                    left.again(new SQLException("transaction " + number + " is in progress"));
                }
            } catch (SQLException e) {
                left.again(e);
            }
        }
    }

    /** How long a call may still be repeated. */
    private final class Patience {
        private final String what;
        private final long end = System.nanoTime() + patience.toNanos();
        private long pause = FIRST_PAUSE_MILLIS;

        Patience(String what) {
            this.what = what;
        }

        /** Pauses before another attempt; throws if there is no time for it, or no sense in it. */
        void again(SQLException why) {
            String state = String.valueOf(why.getSQLState());
            if (state.startsWith("53100")) {
                throw failed(ErrorCode.DISK_FULL, why);
            }
            if (!passing(state)) {
                throw failed(ErrorCode.STOPPED, why);
            }
            if (System.nanoTime() - end >= 0) {
                throw failed(ErrorCode.ENGINE_UNAVAILABLE, why);
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        }

        private PfsException failed(ErrorCode code, SQLException why) {
            return new PfsException(
                    code, "PostgreSQL did not " + what + ": " + why.getMessage(), null, why);
        }
    }

    /**
     * True for what another attempt may mend: lost connections (08, and none at all), conflicts
     * with other transactions (40), too many connections (53), a server that stops or starts (57),
     * one that takes no writes (25006: a standby).
     */
    private static boolean passing(String state) {
        return state.equals("null")
                || state.startsWith("08")
                || state.startsWith("40")
                || state.startsWith("53")
                || state.startsWith("57")
                || state.equals("25006");
    }
}
