package pfs.repo;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.MetaStore;
import pfs.object.ObjectId;
import pfs.tree.Change;
import pfs.tree.DirectoryEntry;
import pfs.tree.Entry;
import pfs.tree.FileEntry;
import pfs.tree.PathEntry;
import pfs.tree.TreeDiff;
import pfs.tree.Trees;

/**
 * Which paths changed between a commit and the one that its jump goes to, so that a log of one path
 * passes whole stretches of history that did not touch it. A set holds 32 bits of a hash of each
 * path that changed against the first parent, and of each directory above it: a path that is not in
 * the set did not change; one that is in it may have. A set of more than {@link #MAX_PATHS} is kept
 * as unknown. Sets are a cache beside the commits: without them a log is right, and slower.
 * Thread-safe.
 */
final class PathSets {
    /** Paths of a set; 64 KiB. */
    static final int MAX_PATHS = 16_384;

    /** Sets in memory: those that the next commits are made from. */
    private static final int CACHED = 128;

    private static final int[] UNKNOWN = {};
    private static final byte VERSION = 1;
    private static final byte VERSION_UNKNOWN = 0;

    private final MetaStore meta;
    private final Commits commits;
    private final Trees trees;
    private final DirectoryEntry empty;
    private final Hollow hollow;

    @GuardedBy("cache")
    private final Map<ObjectId, int[]> cache =
            new LinkedHashMap<>(64, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<ObjectId, int[]> eldest) {
                    return size() > CACHED;
                }
            };

    PathSets(MetaStore meta, Commits commits, Folder folder, Hollow hollow) {
        this.hollow = hollow;
        this.meta = meta;
        this.commits = commits;
        this.trees = folder.trees();
        this.empty = folder.empty();
    }

    /** True if the path surely is the same in all commits after the jump's, up to this one. */
    boolean unchanged(long repo, Commit commit, String path) {
        int @Nullable [] set = commit.jump() == null ? null : find(repo, commit.id());
        return set != null && set != UNKNOWN && Arrays.binarySearch(set, hash(path)) < 0;
    }

    /** Adds a new commit's set to the batch that makes the commit known, unless it is there. */
    void record(Batch batch, long repo, Commit commit) {
        ObjectId jump = commit.jump();
        if (jump == null || find(repo, commit.id()) != null) {
            return;
        }
        int[] set = make(repo, commit, jump);
        synchronized (cache) {
            cache.put(commit.id(), set);
        }
        batch.put(RefKeys.paths(repo, commit.id()), Bytes.of(encode(set)));
    }

    private int @Nullable [] find(long repo, ObjectId id) {
        synchronized (cache) {
            int[] known = cache.get(id);
            if (known != null) {
                return known;
            }
        }
        Optional<MetaStore.Versioned> stored = meta.get(RefKeys.paths(repo, id));
        return stored.map(v -> decode(v.value().array())).orElse(null);
    }

    /** What the commit changed, and the sets of the commits down to where its jump goes. */
    private int[] make(long repo, Commit commit, ObjectId end) {
        Commit parent = commits.read(commit.parents().getFirst());
        if (hollow.contains(parent.id()) || hollow.contains(commit.id())) {
            return UNKNOWN;
        }
        int[] set = own(parent.root(), commit.root());
        for (Commit at = parent; set != UNKNOWN && !at.id().equals(end); ) {
            ObjectId jump = at.jump();
            int @Nullable [] next = jump == null ? null : find(repo, at.id());
            if (jump == null || next == null || next == UNKNOWN) {
                return UNKNOWN;
            }
            set = union(set, next);
            at = commits.read(jump);
        }
        return set;
    }

    private int[] own(DirectoryEntry before, DirectoryEntry after) {
        Gathered gathered = new Gathered();
        Iterator<Change> changes = TreeDiff.changes(trees, before, after, "");
        while (changes.hasNext() && !gathered.full()) {
            Change change = changes.next();
            gathered.add(change.path());
            addBelow(gathered, change, change.before(), change.after());
        }
        return gathered.set();
    }

    /** A directory that came or went is every path in it. */
    private void addBelow(
            Gathered gathered, Change change, @Nullable Entry before, @Nullable Entry after) {
        @Nullable Entry whole = before == null ? after : after == null ? before : null;
        switch (whole) {
            case null -> {}
            case FileEntry _ -> {}
            case DirectoryEntry directory -> {
                Iterator<PathEntry> below = trees.list(directory, "", "", true);
                while (below.hasNext() && !gathered.full()) {
                    gathered.add(change.path() + "/" + below.next().path());
                }
            }
        }
    }

    private static int[] union(int[] a, int[] b) {
        int[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        Arrays.sort(all);
        int count = 0;
        for (int i = 0; i < all.length; i++) {
            if (i == 0 || all[i] != all[i - 1]) {
                all[count++] = all[i];
            }
        }
        return count > MAX_PATHS ? UNKNOWN : Arrays.copyOf(all, count);
    }

    /** FNV-1a over the path's bytes, 32 bits, finished as MurmurHash3 finishes. */
    private static int hash(String path) {
        int hash = 0x811c9dc5;
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * 0x01000193;
        }
        hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
        return hash ^ (hash >>> 16);
    }

    private static byte[] encode(int[] set) {
        ByteBuffer out = ByteBuffer.allocate(1 + Integer.BYTES * set.length);
        out.put(set == UNKNOWN ? VERSION_UNKNOWN : VERSION);
        for (int hash : set) {
            out.putInt(hash);
        }
        return out.array();
    }

    private static int[] decode(byte[] bytes) {
        if (bytes.length == 0 || bytes[0] != VERSION) {
            return UNKNOWN;
        }
        IntBuffer in = ByteBuffer.wrap(bytes, 1, bytes.length - 1).asIntBuffer();
        int[] set = new int[in.remaining()];
        in.get(set);
        return set;
    }

    /** The hashes of the paths of one commit. */
    private static final class Gathered {
        private int[] hashes = new int[64];
        private int count;
        private String last = "";

        /** More than fit, even if some are the same: directories of a few files are shared. */
        boolean full() {
            return count > 4 * MAX_PATHS;
        }

        /** Adds a path and those above it, but for what the path before it had in common. */
        void add(String path) {
            put(hash(path));
            for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
                if (!last.startsWith(path.substring(0, slash + 1))) {
                    put(hash(path.substring(0, slash)));
                }
            }
            last = path;
        }

        private void put(int hash) {
            if (count == hashes.length) {
                hashes = Arrays.copyOf(hashes, 2 * count);
            }
            hashes[count++] = hash;
        }

        int[] set() {
            return full() ? UNKNOWN : union(Arrays.copyOf(hashes, count), new int[0]);
        }
    }
}
