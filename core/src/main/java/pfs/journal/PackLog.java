package pfs.journal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.disk.PrivateThread;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.pack.AppendablePackStore;
import pfs.pack.PackHeader;
import pfs.pack.RecordFormat;

/**
 * A log of records that goes on from pack to pack. Thread-safe. Small records wait in a buffer, so
 * that many cost one system call; {@link #sync} writes them out and makes all that was appended
 * before it durable, and callers that come while one is syncing share the next sync.
 *
 * <p>A sync that failed once is not tried again, for the kernel may have dropped the pages and call
 * the next one a success: the log stops, and only a restart finds out what is on disk.
 */
final class PackLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PackLog.class);

    /** Bytes at which a pack is finished. */
    static final long MAX_PACK = 64L << 20;

    private static final int BUFFER = 256 << 10;

    /** Payloads from here on are written at once, without a copy. */
    private static final int LARGE = 32 << 10;

    /** Bytes that may wait for a sync before one is begun that nobody waits for. */
    private static final long WRITE_BEHIND = 16L << 20;

    private final AppendablePackStore packs;
    private final long maxPack;
    private final Rolled rolled;

    /** Syncs run beside each other: a shared store's appender keeps their order by itself. */
    private final boolean overlapping;

    private final ReentrantLock appending = new ReentrantLock();
    private final ReentrantLock syncing = new ReentrantLock();

    @GuardedBy("appending")
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);

    /** Finished packs that were not synced yet. */
    @GuardedBy("appending")
    private final List<Finished> finished = new ArrayList<>();

    @GuardedBy("appending")
    private AppendablePackStore.Appender active;

    private volatile long end;
    private volatile long written;
    private final AtomicLong synced = new AtomicLong();
    private volatile @Nullable PfsException stopped;

    /** Bytes appended since a sync last began, about. */
    private final AtomicLong behind = new AtomicLong();

    /** Told of a record's position while the log is locked: before any sync that covers it. */
    interface Placed {
        void at(long position);
    }

    /** Told when a pack is whole and durable. */
    interface Rolled {
        void finished(long pack, long bytes);
    }

    private record Finished(long pack, AppendablePackStore.Appender appender) {}

    /**
     * Goes on in the pack at {@code end}, behind which nothing is; offset 0: a new pack.
     *
     * @param end position as {@link PackNumber} has it
     */
    PackLog(AppendablePackStore packs, long end, long maxPack, Rolled rolled) throws IOException {
        this.packs = packs;
        this.maxPack = maxPack;
        this.rolled = rolled;
        this.overlapping = !packs.exclusive();
        long number = PackNumber.number(end);
        this.active = packs.append(PackNumber.pack(number));
        if (PackNumber.offset(end) == 0) {
            active.append(PackHeader.encode(number));
        }
        this.end = PackNumber.position(number, active.size());
        this.written = this.end;
        this.synced.set(end);
    }

    /** Where the next record begins, unless a new pack begins before it. */
    long end() {
        return end;
    }

    /** All before this is in the file, if not on the disk. */
    long written() {
        return written;
    }

    /**
     * Appends a record that may wait in the buffer.
     *
     * @return its position
     * @throws PfsException DISK_FULL, STOPPED
     */
    long append(ByteBuffer header, ByteBuffer payload, Placed placed) {
        int length = payload.remaining();
        appending.lock();
        try {
            long position = appendLocked(header, payload, payload.remaining() >= LARGE);
            placed.at(position);
            return position;
        } catch (IOException e) {
            throw stop("writing a pack failed", e);
        } finally {
            appending.unlock();
            writeBehind(length);
        }
    }

    /**
     * Appends whole records that lie one behind the other, in as few writes as they need; each may
     * wait in the buffer.
     *
     * @param records read to the end
     * @param placed told of each in order
     * @throws PfsException DISK_FULL, STOPPED; those before the one that failed are appended
     */
    void appendAll(ByteBuffer records, Placed placed) {
        int length = records.remaining();
        appending.lock();
        try {
            while (records.hasRemaining()) {
                ensureRunning();
                int fits = fitting(records);
                if (fits == 0) {
                    begin();
                } else {
                    appendLocked(records.slice(records.position(), fits), placed);
                    records.position(records.position() + fits);
                }
            }
        } catch (IOException e) {
            throw stop("writing a pack failed", e);
        } finally {
            appending.unlock();
            writeBehind(length);
        }
    }

    /** Bytes of the records that this pack still takes; an empty one takes any record. */
    @GuardedBy("appending")
    private int fitting(ByteBuffer records) {
        long offset = PackNumber.offset(end);
        long most = active.full() ? 0 : maxPack;
        int at = records.position();
        while (at < records.limit()) {
            int next = at + RecordFormat.lengthOf(records.slice(at, RecordFormat.HEADER));
            boolean first = at == records.position() && offset == PackHeader.BYTES;
            if (offset + (next - records.position()) > most && !first) {
                break;
            }
            at = next;
        }
        return at - records.position();
    }

    @GuardedBy("appending")
    private void appendLocked(ByteBuffer records, Placed placed) throws IOException {
        int length = records.remaining();
        long position = end;
        if (length >= LARGE) {
            active.append(buffer.duplicate().flip(), records.duplicate());
            buffer.clear();
            written = position + length;
        } else {
            if (buffer.remaining() < length) {
                drain();
            }
            buffer.put(records.duplicate());
        }
        end = position + length;
        for (int at = 0; at < length; ) {
            placed.at(position + at);
            at += RecordFormat.lengthOf(records.slice(at, RecordFormat.HEADER));
        }
    }

    /**
     * Has the disk work while a long upload is still coming in: its last sync then has little left
     * to do. Of a failure all later syncs tell.
     */
    private void writeBehind(int length) {
        if (behind.addAndGet(length) >= WRITE_BEHIND && behind.getAndSet(0) >= WRITE_BEHIND) {
            Runnable work =
                    () -> {
                        try {
                            sync();
                        } catch (PfsException e) {
                            LOG.debug("a sync that nobody waits for failed", e);
                        }
                    };
            new PrivateThread("pfs-write-behind", work).start();
        }
    }

    /** As {@link #append}, but the record is in the file on return, or nowhere if this throws. */
    long appendThrough(ByteBuffer header, ByteBuffer payload) {
        appending.lock();
        try {
            return appendLocked(header, payload, true);
        } catch (IOException e) {
            throw stop("writing a pack failed", e);
        } finally {
            appending.unlock();
        }
    }

    @GuardedBy("appending")
    private long appendLocked(ByteBuffer header, ByteBuffer payload, boolean through)
            throws IOException {
        ensureRunning();
        int length = header.remaining() + payload.remaining();
        long offset = PackNumber.offset(end);
        if ((offset + length > maxPack || active.full()) && offset > PackHeader.BYTES) {
            begin();
        }
        long position = end;
        if (through) {
            active.append(buffer.duplicate().flip(), header, payload);
            buffer.clear();
            written = position + length;
        } else {
            if (buffer.remaining() < length) {
                drain();
            }
            buffer.put(header).put(payload);
        }
        end = position + length;
        return position;
    }

    /** Writes the buffer to the file; what could not be written stays in the buffer. */
    @GuardedBy("appending")
    private void drain() throws IOException {
        if (buffer.position() > 0) {
            active.append(buffer.duplicate().flip());
            buffer.clear();
            written = end;
        }
    }

    @GuardedBy("appending")
    private void begin() throws IOException {
        drain();
        active.finish();
        long number = PackNumber.number(end) + 1;
        AppendablePackStore.Appender next = packs.append(PackNumber.pack(number));
        try {
            next.append(PackHeader.encode(number));
        } catch (IOException | PfsException e) {
            next.close();
            packs.delete(PackNumber.pack(number));
            throw e;
        }
        finished.add(new Finished(number - 1, active));
        active = next;
        end = PackNumber.position(number, next.size());
        written = end;
    }

    /**
     * Goes on in a new pack, unless this one is empty; what was appended before is durable on
     * return.
     *
     * @return the number of the pack that is written now: those before it do not change any more
     */
    long roll() {
        long number;
        appending.lock();
        try {
            ensureRunning();
            if (PackNumber.offset(end) > PackHeader.BYTES) {
                begin();
            }
            number = PackNumber.number(end);
        } catch (IOException e) {
            throw stop("writing a pack failed", e);
        } finally {
            appending.unlock();
        }
        sync();
        return number;
    }

    /** Writes the buffer out, so that {@link #written} is at least {@code position}. */
    void writeOut(long position) {
        if (written >= position) {
            return;
        }
        appending.lock();
        try {
            drain();
        } catch (IOException e) {
            throw stop("writing a pack failed", e);
        } finally {
            appending.unlock();
        }
    }

    /**
     * Returns when all that was appended before the call is durable.
     *
     * @return the position up to which all is durable now
     * @throws PfsException DISK_FULL: what was buffered is still to be written; STOPPED
     */
    long sync() {
        long wanted = end;
        Cut cut;
        syncing.lock();
        try {
            ensureRunning();
            if (synced.get() >= wanted) {
                return synced.get();
            }
            cut = cut();
            if (!overlapping) {
                return complete(cut);
            }
        } finally {
            syncing.unlock();
        }
        return complete(cut);
    }

    /** What one sync makes durable: finished packs, and the current one up to an end. */
    private record Cut(List<Finished> whole, AppendablePackStore.Appender current, long end) {}

    @GuardedBy("syncing")
    private Cut cut() {
        appending.lock();
        try {
            drain();
            Cut cut = new Cut(List.copyOf(finished), active, end);
            finished.clear();
            behind.set(0);
            return cut;
        } catch (IOException e) {
            throw stop("writing a pack failed", e);
        } finally {
            appending.unlock();
        }
    }

    private long complete(Cut cut) {
        try {
            for (Finished pack : cut.whole) {
                pack.appender.sync();
            }
            cut.current.sync();
            synced.accumulateAndGet(cut.end, Math::max);
            for (Finished pack : cut.whole) {
                long bytes = pack.appender.size();
                pack.appender.close();
                rolled.finished(pack.pack, bytes);
            }
            return cut.end;
        } catch (IOException | PfsException e) {
            throw stop("a sync failed", e);
        }
    }

    private PfsException stop(String what, Exception cause) {
        if (cause instanceof PfsException known && known.code() == ErrorCode.STOPPED) {
            return known;
        }
        PfsException now =
                new PfsException(
                        ErrorCode.STOPPED,
                        what
                                + ", so nothing is written any more until a restart: "
                                + cause.getMessage(),
                        null,
                        cause);
        stopped = now;
        return now;
    }

    /** Why nothing is written any more; null while all is well. */
    @Nullable PfsException stopped() {
        return stopped;
    }

    private void ensureRunning() {
        PfsException why = stopped;
        if (why != null) {
            throw new PfsException(why.code(), String.valueOf(why.getMessage()), null, why);
        }
    }

    @Override
    public void close() throws IOException {
        if (stopped == null) {
            sync();
        }
        appending.lock();
        try {
            stopped = new PfsException(ErrorCode.STOPPED, "the store is closed");
            active.close();
        } finally {
            appending.unlock();
        }
    }
}
