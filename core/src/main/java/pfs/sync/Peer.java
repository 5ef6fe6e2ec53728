package pfs.sync;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import pfs.object.ObjectId;
import pfs.repo.Arrivals;

/**
 * One repo of another store, as this one sees it: a server, a data directory, or a store in memory.
 * Each method is one request, and may be repeated without harm. Thread-safe. A refusal is a
 * PfsException, a failure on the way an IOException.
 */
public interface Peer extends AutoCloseable {
    /** Ids that one request carries. */
    int MAX_IDS = 8_192;

    /** Bytes of a record that may travel: no object that pfs makes is larger. */
    int MAX_RECORD = 2 << 20;

    /** Takes records. */
    interface Records {
        /**
         * Takes whole records, one behind the other.
         *
         * @param records has an array, and is good for the call only
         */
        void records(ByteBuffer records) throws IOException;
    }

    /** All branches and tags. */
    List<Ref> refs() throws IOException;

    /** Those of these objects that are not there. */
    List<ObjectId> lacks(List<ObjectId> ids) throws IOException;

    /** Those of these commits that are not the repo's, with all that they reach. */
    List<ObjectId> lacksCommits(List<ObjectId> ids) throws IOException;

    /** Those of these commits that are the repo's, but without their files. */
    List<ObjectId> hollow(List<ObjectId> ids) throws IOException;

    /** Gives it records to keep, whether anything names them yet or not. */
    void send(List<ByteBuffer> records) throws IOException;

    /** The records of these objects in any order; those that it has not are left out. */
    void fetch(List<ObjectId> ids, Records into) throws IOException;

    /**
     * The commits that {@code wants} reach and {@code haves} do not, then of what is new in them
     * about as much as {@code bytes} allow, oldest commits first.
     *
     * @param haves those that it does not know are passed over
     */
    void difference(List<ObjectId> wants, List<ObjectId> haves, long bytes, Records into)
            throws IOException;

    /**
     * Sets refs, all that it can refuse before being checked before the first is set. Refuses
     * (NOT_FAST_FORWARD, EXISTS, INVALID_NAME …) without a change.
     *
     * @param hollow commits behind the refs whose files nobody here has any more: it takes them
     *     without, unless it has the files
     */
    MoveAnswer move(List<Ref> refs, List<ObjectId> hollow, Arrivals.Mode mode) throws IOException;

    @Override
    void close() throws IOException;
}
