package pfs.journal;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import java.util.SortedSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import pfs.error.PfsException;
import pfs.pack.PackIndexFormat;

/**
 * The index blobs of packs, in order, of which some are asked for before they are needed: in a
 * shared store each answer takes its time and little else. Not thread-safe.
 */
final class IndexBlobs implements AutoCloseable {
    /** Blobs in memory; the largest has some 27 MB. */
    private static final int AHEAD = 4;

    private final PackContents contents;
    private final Iterator<Long> later;
    private final Deque<Asked> asked = new ArrayDeque<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private record Asked(long pack, Future<Optional<PackIndexFormat>> blob) {}

    /**
     * @param packs those that have such a blob
     */
    IndexBlobs(PackContents contents, SortedSet<Long> packs) {
        this.contents = contents;
        this.later = packs.iterator();
    }

    /**
     * The blob of a pack; empty if it has none, or a damaged one.
     *
     * @param pack after those that were asked for before
     */
    Optional<PackIndexFormat> of(long pack) throws IOException {
        askOn();
        while (!asked.isEmpty() && asked.getFirst().pack < pack) {
            asked.removeFirst();
            askOn();
        }
        if (asked.isEmpty() || asked.getFirst().pack != pack) {
            return Optional.empty();
        }
        Optional<PackIndexFormat> blob = answer(asked.removeFirst());
        askOn();
        return blob;
    }

    private void askOn() {
        while (asked.size() < AHEAD && later.hasNext()) {
            long pack = later.next();
            asked.add(new Asked(pack, threads.submit(() -> contents.blob(pack))));
        }
    }

    private static Optional<PackIndexFormat> answer(Asked one) throws IOException {
        try {
            return one.blob.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failed -> throw failed;
                case PfsException failed -> throw failed;
                case null, default ->
                        throw new IOException(PackNumber.index(one.pack) + " was not read", e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + PackNumber.index(one.pack) + " was read");
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
    }
}
