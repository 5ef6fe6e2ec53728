package pfs.sync;

import java.nio.ByteBuffer;
import java.util.Comparator;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * How far a copy is: it had all that the master of an epoch had when it counted a ticket. Of two
 * copies the one with the greater position has every commit that the other has acknowledged.
 *
 * @param epoch 0 for a store that was no part of a cluster yet
 * @param ticket the master's count of its changes; {@link Long#MAX_VALUE} for that master itself
 */
public record Position(long epoch, long ticket) implements Comparable<Position> {
    /** Of an empty store that never was a copy. */
    public static final Position NONE = new Position(0, 0);

    /** Of a store with data of its own, which no master may take away. */
    public static final Position OWN = new Position(0, 1);

    private static final Comparator<Position> ORDER =
            Comparator.comparingLong(Position::epoch).thenComparingLong(Position::ticket);

    /** Of the master of an epoch. */
    public static Position master(long epoch) {
        return new Position(epoch, Long.MAX_VALUE);
    }

    @Override
    public int compareTo(Position other) {
        return ORDER.compare(this, other);
    }

    byte[] encode() {
        return ByteBuffer.allocate(2 * Long.BYTES).putLong(epoch).putLong(ticket).array();
    }

    static Position decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new Position(in.getLong(), in.getLong());
    }

    /** As it travels: the two numbers with a slash between. */
    @Override
    public String toString() {
        return epoch + "/" + ticket;
    }

    /**
     * Reads it as it travels.
     *
     * @throws PfsException PEER_FAILED for anything else
     */
    public static Position parse(String text) {
        int slash = text.indexOf('/');
        try {
            return new Position(
                    Long.parseLong(text.substring(0, Math.max(0, slash))),
                    Long.parseLong(text.substring(slash + 1)));
        } catch (NumberFormatException e) {
            throw new PfsException(
                    ErrorCode.PEER_FAILED, "'" + text + "' is no position of a copy", text, e);
        }
    }
}
