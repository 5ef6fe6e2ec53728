package pfs.meta.postgresql;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * Work in transactions, repeated until it is known to be done or not done, or patience ends. Each
 * transaction leaves a receipt ({@link Receipts}) with what it changes; when the answer to the
 * commit is lost, the receipt is looked for on another connection.
 */
final class Transactions {
    private static final long FIRST_PAUSE_MILLIS = 20;
    private static final long LONGEST_PAUSE_MILLIS = 500;

    private final DataSource connections;
    private final Duration patience;
    private final Receipts receipts = new Receipts();

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
        String place = receipts.take();
        while (true) {
            Attempt<T> attempt = new Attempt<>(place);
            try {
                T value = attempt.run(work);
                receipts.giveBack(place);
                return value;
            } catch (SQLException e) {
                if (attempt.number != 0 && committed(place, attempt.number, left)) {
                    receipts.giveBack(place);
                    return attempt.value();
                }
                left.again(e);
            }
        }
    }

    /** One try. */
    private final class Attempt<T> {
        private final String place;
        private long number;
        private @Nullable T value;

        Attempt(String place) {
            this.place = place;
        }

        T run(Work<Outcome<T>> work) throws SQLException {
            try (Connection connection = connections.getConnection()) {
                connection.setAutoCommit(false);
                boolean done = false;
                try {
                    Outcome<T> outcome = work.with(connection);
                    value = outcome.value();
                    if (outcome.commit()) {
                        number = receipts.write(connection, place);
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

    /** What became of a transaction whose answer did not come. */
    private boolean committed(String place, long number, Patience left) {
        while (true) {
            try (Connection connection = connections.getConnection()) {
                return Receipts.committed(connection, place, number);
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
     * with other transactions (40), a row that one in progress holds (55P03), too many connections
     * (53), a server that stops or starts (57), one that takes no writes (25006: a standby).
     */
    private static boolean passing(String state) {
        return state.equals("null")
                || state.startsWith("08")
                || state.startsWith("40")
                || state.startsWith("53")
                || state.startsWith("57")
                || state.equals("55P03")
                || state.equals("25006");
    }
}
