package pfs.pack.segment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import pfs.error.PfsException;

/** Asks a store for many things at once, since each answer takes its time and little else. */
final class AtOnce {
    private static final int MOST = 32;

    private AtOnce() {}

    /**
     * The results, in the order of the tasks.
     *
     * @throws IOException what one of them threw, when all are done
     */
    static <T> List<T> all(List<? extends Callable<T>> tasks) throws IOException {
        List<T> results = new ArrayList<>();
        try (ExecutorService threads =
                Executors.newFixedThreadPool(
                        Math.clamp(tasks.size(), 1, MOST), Thread.ofVirtual().factory())) {
            for (Future<T> one : threads.invokeAll(tasks)) {
                results.add(one.get());
            }
            return results;
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failure -> throw failure;
                case PfsException failure -> throw failure;
                case null, default -> throw new IOException("segments were not read", e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while segments were read", e);
        }
    }
}
