package pfs.repo;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.error.PfsException;
import pfs.journal.PackAudit;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.MetaStore;
import pfs.pack.IndexEntry;

/**
 * Reads all packs again and again, slowly, and checks each record's CRC32C and SHA-256, so that
 * damage is found while there still is another copy to mend it from. Where it stands is written
 * down after each pack: it goes on there after a restart. It mends nothing. Thread-safe.
 */
public final class Scrub implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Scrub.class);

    /** How often it looks whether a round is due. */
    private static final long LOOK_SECONDS = 60;

    /** Findings that are kept. */
    private static final int MOST = 1000;

    private final Store store;
    private final Settings settings;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final @Nullable Thread thread;

    @GuardedBy("this")
    private Progress progress;

    @GuardedBy("this")
    private final List<Finding> findings = new ArrayList<>();

    @GuardedBy("this")
    private long bytes;

    /**
     * How to scrub.
     *
     * @param rate bytes a second at most; 0 for never by itself
     * @param every from the beginning of one round to that of the next
     */
    public record Settings(long rate, Duration every) {
        /** 8 MiB a second, once a week: half a terabyte a day. */
        public static final Settings USUAL = new Settings(8L << 20, Duration.ofDays(7));

        public Settings {
            if (rate < 0) {
                throw new IllegalArgumentException("a rate of " + rate + " bytes a second");
            }
        }
    }

    /** Where a round stands: the next pack, and when it began, in ms since 1970. */
    private record Progress(long next, long began) {}

    /**
     * What was found.
     *
     * @param began when the round began, in ms since 1970
     * @param next the pack that is next; 0 between rounds
     * @param bytes read since the start of the server
     * @param findings of this round, or of the last if none is under way
     */
    public record State(long rate, long began, long next, long bytes, List<Finding> findings) {
        public State {
            findings = List.copyOf(findings);
        }
    }

    /** Begins at once to look whether a round is due. */
    Scrub(Store store, Settings settings) {
        this.store = store;
        this.settings = settings;
        synchronized (this) {
            this.progress = read();
        }
        this.thread = settings.rate() == 0 ? null : start();
    }

    private Thread start() {
        Thread made = Thread.ofPlatform().name("pfs-scrub").daemon().unstarted(this::run);
        made.setPriority(Thread.MIN_PRIORITY);
        made.start();
        return made;
    }

    @GuardedBy("this")
    private Progress read() {
        Optional<MetaStore.Versioned> kept = store.meta().get(RefKeys.SCRUB);
        if (kept.isEmpty()) {
            // What is new needs no check yet.
            Progress first = new Progress(0, store.clock().millis());
            keep(first);
            return first;
        }
        byte[] value = kept.get().value().array();
        ByteBuffer in = ByteBuffer.wrap(value);
        Progress known = new Progress(in.getLong(), in.getLong());
        String text = new String(value, in.position(), in.remaining(), StandardCharsets.UTF_8);
        for (String line : text.lines().toList()) {
            int tab = line.indexOf('\t');
            findings.add(new Finding(line.substring(tab + 1), line.substring(0, tab), false));
        }
        return known;
    }

    @GuardedBy("this")
    private void keep(Progress now) {
        StringBuilder lines = new StringBuilder();
        for (Finding f : findings) {
            lines.append(f.where()).append('\t').append(f.what()).append('\n');
        }
        byte[] text = lines.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer value = ByteBuffer.allocate(2 * Long.BYTES + text.length);
        value.putLong(now.next).putLong(now.began).put(text);
        store.meta().commit(new Batch().put(RefKeys.SCRUB, Bytes.of(value.array())));
    }

    private void run() {
        try {
            do {
                if (due()) {
                    round();
                }
            } while (!closing.await(LOOK_SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean due() {
        return progress.next != 0
                || store.clock().millis() - progress.began >= settings.every().toMillis();
    }

    /** Goes on with the round under way, or begins one; returns at its end, or when closed. */
    public void round() {
        try {
            begin();
            PackAudit audit = store.journal().audit();
            for (long pack : audit.packs()) {
                if (pack >= state().next() && closing.getCount() > 0) {
                    check(audit, pack);
                    moveTo(closing.getCount() > 0 ? pack + 1 : pack);
                }
            }
            if (closing.getCount() > 0) {
                moveTo(0);
                State end = state();
                LOG.info("all packs were checked, {} findings", end.findings().size());
            }
        } catch (IOException | PfsException e) {
            LOG.warn("the scrub is put off: {}", e.getMessage());
        }
    }

    private synchronized void begin() {
        if (progress.next == 0) {
            findings.clear();
            progress = new Progress(1, store.clock().millis());
            keep(progress);
        }
    }

    private synchronized void moveTo(long next) {
        progress = new Progress(next, progress.began);
        keep(progress);
    }

    private void check(PackAudit audit, long pack) throws IOException {
        try {
            audit.check(pack, new Look(), this::pace);
        } catch (IOException e) {
            if (!audit.isGone(pack)) {
                found(String.format("%016x.pack", pack), "it cannot be read: " + e.getMessage());
            }
        }
    }

    private final class Look implements PackAudit.Visitor {
        @Override
        public void intact(IndexEntry object) {
            // As it should be.
        }

        @Override
        public void damaged(String file, long from, long to, String why) {
            found(file + " " + from + "-" + to, why);
        }
    }

    private synchronized void found(String where, String why) {
        LOG.error(
                "damage in {}: {}; 'pfs fsck' names the files, 'pfs fsck --repair --from URL' mends"
                        + " them from another server",
                where,
                why);
        Finding finding = new Finding(why.replaceAll("\\s", " "), where, false);
        // A pack that was under way when the server stopped is looked at again from its beginning.
        if (findings.size() < MOST && !findings.contains(finding)) {
            findings.add(finding);
        }
    }

    /** Waits as long as the rate asks for, or until it is closed. */
    private void pace(long read) {
        synchronized (this) {
            bytes += read;
        }
        if (settings.rate() > 0 && settings.rate() < Long.MAX_VALUE) {
            try {
                long nanos = (long) (read * 1e9 / settings.rate());
                boolean over = closing.await(nanos, TimeUnit.NANOSECONDS);
                if (over) {
                    throw new PfsException(pfs.error.ErrorCode.STOPPED, "the server stops");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What is known now. */
    public synchronized State state() {
        return new State(settings.rate(), progress.began, progress.next, bytes, findings);
    }

    /** Ends the round under way, which goes on with the next start. */
    @Override
    public void close() {
        closing.countDown();
        if (thread != null) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
