package pfs.jobs.record;

import java.io.IOException;
import java.util.List;

/**
 * Many sorted sources as one; of equal keys, those of earlier sources come first. A tree of losers
 * (Knuth, volume 3, 5.4.1): one comparison a level for each record. Not thread-safe.
 */
public final class MergingSource extends RecordSource {
    private final RecordSource[] sources;
    private final long[] prefixes;
    private final boolean[] live;
    private final int[] losers;
    private int winner = -1;
    private boolean started;

    /** Takes the sources as its own: they are closed with this one. */
    public MergingSource(List<? extends RecordSource> sources) {
        this.sources = sources.toArray(RecordSource[]::new);
        this.prefixes = new long[this.sources.length];
        this.live = new boolean[this.sources.length];
        this.losers = new int[Math.max(1, this.sources.length)];
    }

    @Override
    public boolean next() throws IOException {
        if (!started) {
            started = true;
            for (int i = 0; i < sources.length; i++) {
                advance(i);
            }
            winner = sources.length == 0 ? -1 : build(1);
        } else if (winner >= 0) {
            advance(winner);
            replay();
        }
        if (winner < 0 || !live[winner]) {
            return false;
        }
        RecordSource best = sources[winner];
        bytes = best.bytes;
        key = best.key;
        keyLength = best.keyLength;
        tailLength = best.tailLength;
        return true;
    }

    private void advance(int i) throws IOException {
        live[i] = sources[i].next();
        if (live[i]) {
            prefixes[i] = sources[i].keyPrefix() ^ Long.MIN_VALUE;
        } else {
            sources[i].close();
        }
    }

    /** The winner below a node; leaves are the nodes from the number of sources on. */
    private int build(int node) {
        int n = sources.length;
        if (node >= n) {
            return node - n;
        }
        int left = build(2 * node);
        int right = build(2 * node + 1);
        boolean leftWins = before(left, right);
        losers[node] = leftWins ? right : left;
        return leftWins ? left : right;
    }

    private void replay() {
        int n = sources.length;
        int current = winner;
        for (int node = (winner + n) / 2; node >= 1; node /= 2) {
            if (before(losers[node], current)) {
                int loser = current;
                current = losers[node];
                losers[node] = loser;
            }
        }
        winner = current;
    }

    private boolean before(int a, int b) {
        if (!live[a] || !live[b]) {
            return live[a] || !live[b] && a < b;
        }
        if (prefixes[a] != prefixes[b]) {
            return prefixes[a] < prefixes[b];
        }
        int aLength = sources[a].keyLength;
        int bLength = sources[b].keyLength;
        if (aLength <= Long.BYTES && bLength <= Long.BYTES) {
            // All of both keys is in the prefixes, but for zeros at the end of the longer.
            return aLength < bLength || aLength == bLength && a < b;
        }
        int order = sources[a].compareKey(sources[b]);
        return order < 0 || order == 0 && a < b;
    }

    @Override
    public void close() throws IOException {
        for (RecordSource source : sources) {
            source.close();
        }
    }
}
