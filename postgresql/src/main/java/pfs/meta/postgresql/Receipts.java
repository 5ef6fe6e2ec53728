package pfs.meta.postgresql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Receipts of transactions: a row that is written with the transaction and so is there if, and only
 * if, the transaction is. Its place is this object's own and one transaction's at a time, so that
 * rows are written over: there are as many as transactions at once, and one for each whose fate was
 * never known. The number that PostgreSQL gives a transaction would not do: one that a crash took
 * away is given to another.
 *
 * <p>Safe for use by many threads.
 */
final class Receipts {
    private static final String WRITE =
            "insert into pfs_receipt values (?, ?, clock_timestamp()) on conflict (place) do update"
                    + " set number = excluded.number, made = excluded.made";

    /** Rows of servers that are long gone; one that is still there writes its row again. */
    private static final String FORGET =
            "delete from pfs_receipt where made < clock_timestamp() - interval '7 days'";

    private final String owner = UUID.randomUUID().toString();
    private final AtomicInteger places = new AtomicInteger();
    private final AtomicLong numbers = new AtomicLong();
    private final ConcurrentLinkedQueue<String> free = new ConcurrentLinkedQueue<>();

    /** A place for one transaction and its repetitions. */
    String take() {
        String place = free.poll();
        return place != null ? place : owner + "/" + places.incrementAndGet();
    }

    /** Gives a place back once it is known what became of all that was written there. */
    void giveBack(String place) {
        free.add(place);
    }

    /** Writes a receipt in the transaction of a connection; answers its number. */
    long write(Connection connection, String place) throws SQLException {
        long number = numbers.incrementAndGet();
        PostgresMetaStore.update(connection, WRITE, place, number);
        return number;
    }

    /**
     * True if the transaction that wrote a receipt was committed.
     *
     * @throws SQLException 55P03 while it is in progress
     */
    static boolean committed(Connection connection, String place, long number) throws SQLException {
        String query = "select number from pfs_receipt where place = ? for update nowait";
        try (PreparedStatement ask = PostgresMetaStore.prepare(connection, query, place);
                ResultSet row = ask.executeQuery()) {
            return row.next() && row.getLong(1) == number;
        }
    }

    static void forgetOld(Connection connection) throws SQLException {
        PostgresMetaStore.update(connection, FORGET);
    }
}
