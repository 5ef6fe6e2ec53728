package pfs.jobs.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import pfs.chunk.Content;
import pfs.chunk.ContentReader;
import pfs.jobs.record.StoredRun;

/**
 * Slices of one stored run, in order, as if they were one run. Reads a window of the run at once,
 * so that short slices which lie near each other do not fetch a chunk each. Not thread-safe.
 */
final class RunSlices implements StoredRun.Ranges {
    private final ContentReader reader;
    private final Content run;
    private final long[] starts;

    /** Where each slice begins in what is given out, and at last the end. */
    private final long[] places;

    private final int windowBytes;
    private byte[] window = new byte[0];
    private long windowStart;
    private int windowLength;
    private int slice;

    /**
     * @param windowBytes read at once
     */
    RunSlices(
            ContentReader reader,
            Content run,
            List<Long> starts,
            List<Long> ends,
            int windowBytes) {
        this.reader = reader;
        this.run = run;
        this.starts = starts.stream().mapToLong(Long::longValue).toArray();
        this.places = new long[this.starts.length + 1];
        for (int i = 0; i < this.starts.length; i++) {
            places[i + 1] = places[i] + ends.get(i) - this.starts[i];
        }
        this.windowBytes = (int) Math.min(windowBytes, run.size());
    }

    long size() {
        return places[starts.length];
    }

    @Override
    public void read(long offset, byte[] into, int position, int length) throws IOException {
        int done = 0;
        while (done < length) {
            long at = offset + done;
            while (at >= places[slice + 1]) {
                slice++;
            }
            int n = (int) Math.min(length - done, places[slice + 1] - at);
            done += copy(starts[slice] + at - places[slice], into, position + done, n);
        }
    }

    /** Copies at least a byte, at most {@code length}, of the run. */
    private int copy(long from, byte[] into, int position, int length) throws IOException {
        if (from < windowStart || from >= windowStart + windowLength) {
            if (window.length == 0) {
                window = new byte[windowBytes];
            }
            windowStart = from;
            windowLength = (int) Math.min(window.length, run.size() - from);
            ByteBuffer target = ByteBuffer.wrap(window, 0, windowLength);
            reader.read(run, from, windowLength, target::put);
        }
        int place = (int) (from - windowStart);
        int n = Math.min(length, windowLength - place);
        System.arraycopy(window, place, into, position, n);
        return n;
    }

    @Override
    public void close() {
        window = new byte[0];
    }
}
