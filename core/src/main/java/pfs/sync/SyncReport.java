package pfs.sync;

import java.util.List;

/**
 * What a push or pull did.
 *
 * @param refs what became of each ref that was asked for; those that were the same are left out
 * @param objects that went to the other side
 * @param bytes of their records
 */
public record SyncReport(List<Moved> refs, long objects, long bytes) {
    public SyncReport {
        refs = List.copyOf(refs);
    }
}
