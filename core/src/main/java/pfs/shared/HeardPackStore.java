package pfs.shared;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.pack.PackStore;

/**
 * A {@link PackStore} that notes for how long the one behind it has answered nothing. An answer is
 * whatever the store said of the blob that it was asked for, also that there is none; a call that
 * fails otherwise, or has not ended, is none. Puts can be given up, so that who waits for a store
 * that does not answer is told so before its patience ends. Thread-safe.
 */
final class HeardPackStore implements PackStore {
    private final PackStore store;
    private final LongSupplier nanos;
    private final Set<CompletableFuture<Boolean>> puts = ConcurrentHashMap.newKeySet();
    private volatile boolean refusing;
    private int underWay;
    private boolean waiting;
    private long waitingSince;
    private long answered;

    /** Something that is asked of the store. */
    private interface Call<T> {
        T make() throws IOException;
    }

    /**
     * @param nanos a clock that never jumps: {@code System::nanoTime}
     */
    HeardPackStore(PackStore store, LongSupplier nanos) {
        this.store = store;
        this.nanos = nanos;
        this.answered = nanos.getAsLong();
    }

    /**
     * How long the store has answered nothing to what it was asked: since the first call after its
     * last answer. Zero if nothing waits, and nothing has failed since.
     */
    synchronized Duration silence() {
        return waiting ? Duration.ofNanos(nanos.getAsLong() - waitingSince) : Duration.ZERO;
    }

    /** How long ago the last answer came, whether anything was asked since or not. */
    synchronized Duration unheard() {
        return Duration.ofNanos(nanos.getAsLong() - answered);
    }

    /**
     * Whether puts fail, with ENGINE_UNAVAILABLE: those to come, and at once those that are under
     * way, which may yet arrive.
     */
    void refusePuts(boolean now) {
        refusing = now;
        if (now) {
            puts.forEach(put -> put.completeExceptionally(refused()));
        }
    }

    private static PfsException refused() {
        return new PfsException(
                ErrorCode.ENGINE_UNAVAILABLE,
                "the object store did not answer this server, which gave the lead back");
    }

    private <T> T heard(Call<T> call) throws IOException {
        begin();
        boolean answer = false;
        try {
            T made = call.make();
            answer = true;
            return made;
        } catch (NoSuchFileException e) {
            answer = true;
            throw e;
        } finally {
            end(answer);
        }
    }

    private synchronized void begin() {
        underWay++;
        if (!waiting) {
            waiting = true;
            waitingSince = nanos.getAsLong();
        }
    }

    private synchronized void end(boolean answer) {
        underWay--;
        if (answer) {
            answered = nanos.getAsLong();
            waitingSince = answered;
            waiting = underWay > 0;
        }
    }

    /** The parts are read by another thread, maybe after this has failed: they must stay. */
    @Override
    public boolean put(String name, ByteBuffer... parts) throws IOException {
        CompletableFuture<Boolean> put = new CompletableFuture<>();
        puts.add(put);
        try {
            if (refusing) {
                throw refused();
            }
            Thread.ofVirtual().name("pfs-put").start(() -> put(put, name, parts));
            return put.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case IOException failed -> throw new IOException(failed.getMessage(), failed);
                case PfsException failed -> throw again(failed);
                case null, default -> throw e;
            }
        } finally {
            puts.remove(put);
        }
    }

    /** With the trace of who waited. */
    private static PfsException again(PfsException failed) {
        return new PfsException(
                failed.code(), String.valueOf(failed.getMessage()), failed.subject(), failed);
    }

    private void put(CompletableFuture<Boolean> put, String name, ByteBuffer... parts) {
        try {
            put.complete(heard(() -> store.put(name, parts)));
        } catch (IOException | RuntimeException | Error e) {
            put.completeExceptionally(e);
        }
    }

    @Override
    public int read(String name, long offset, ByteBuffer into) throws IOException {
        return heard(() -> store.read(name, offset, into));
    }

    @Override
    public long size(String name) throws IOException {
        return heard(() -> store.size(name));
    }

    @Override
    public List<String> list(String prefix, String after, int limit) throws IOException {
        return heard(() -> store.list(prefix, after, limit));
    }

    @Override
    public List<Listed> listSizes(String prefix, String after, int limit) throws IOException {
        return heard(() -> store.listSizes(prefix, after, limit));
    }

    @Override
    public List<String> listTop(String after, int limit) throws IOException {
        return heard(() -> store.listTop(after, limit));
    }

    @Override
    public boolean delete(String name) throws IOException {
        return heard(() -> store.delete(name));
    }

    @Override
    public void close() throws IOException {
        store.close();
    }
}
