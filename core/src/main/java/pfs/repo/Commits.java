package pfs.repo;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.object.ObjectInserter;
import pfs.object.ObjectKind;
import pfs.object.ObjectReader;
import pfs.tree.DirectoryEntry;

/**
 * Reads and writes commits, and seeks along the line of first parents in O(log n) reads by jump
 * pointers (Myers, "An applicative random-access stack", 1983). Thread-safe; keeps the last few
 * thousand commits in memory.
 */
final class Commits {
    private static final int CACHED = 4096;

    private final ObjectReader reader;
    private final ObjectInserter inserter;
    private final Naming naming;

    @GuardedBy("cache")
    private final Map<ObjectId, Commit> cache =
            new LinkedHashMap<>(256, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<ObjectId, Commit> eldest) {
                    return size() > CACHED;
                }
            };

    /**
     * @param naming is told of the commits that are made
     */
    Commits(ObjectReader reader, ObjectInserter inserter, Naming naming) {
        this.naming = naming;
        this.reader = reader;
        this.inserter = inserter;
    }

    Commit read(ObjectId id) {
        synchronized (cache) {
            Commit known = cache.get(id);
            if (known != null) {
                return known;
            }
        }
        Commit commit = CommitFormat.decode(id, reader.read(id, ObjectKind.COMMIT));
        synchronized (cache) {
            cache.put(id, commit);
        }
        return commit;
    }

    /** What a change of a head came to that was made before for the same idempotency key. */
    Committed told(Answer made) {
        ObjectId id = Objects.requireNonNull(made.commit());
        if (!reader.contains(id)) {
            throw new PfsException(
                    ErrorCode.NO_SUCH_REF,
                    "the commit " + id + ", which this key made, was collected as garbage",
                    id.toString());
        }
        return new Committed(read(id), made.created());
    }

    /**
     * Checks what a commit that was made elsewhere says of its ancestors, which must be there.
     *
     * @throws PfsException CORRUPT if it is not what a commit on top of these has
     */
    void verifyPlace(Commit commit) {
        List<Commit> parents = commit.parents().stream().map(this::read).toList();
        @Nullable Commit first = parents.isEmpty() ? null : parents.getFirst();
        long generation = 1;
        for (Commit parent : parents) {
            generation = Math.max(generation, parent.generation() + 1);
        }
        long merges = (first == null ? 0 : first.merges()) + (parents.size() > 1 ? 1 : 0);
        boolean right =
                commit.number() == (first == null ? 1 : first.number() + 1)
                        && commit.generation() == generation
                        && commit.merges() == merges
                        && Objects.equals(commit.jump(), first == null ? null : jumpFrom(first))
                        && (first == null || commit.time() > first.time());
        if (!right) {
            throw new PfsException(
                    ErrorCode.CORRUPT,
                    "commit " + commit.id() + " does not fit to its parents",
                    commit.id().toString());
        }
    }

    /** Writes a commit on top of its parents; not durable until the inserter is flushed. */
    Commit insert(DirectoryEntry root, List<Commit> parents, CommitRequest request, long now) {
        verify(request);
        @Nullable Commit first = parents.isEmpty() ? null : parents.getFirst();
        long time = first == null ? now : Math.max(now, first.time() + 1);
        long generation = 1;
        for (Commit parent : parents) {
            generation = Math.max(generation, parent.generation() + 1);
        }
        CommitFormat.Draft draft =
                new CommitFormat.Draft(
                        root,
                        parents.stream().map(Commit::id).toList(),
                        first == null ? 1 : first.number() + 1,
                        generation,
                        (first == null ? 0 : first.merges()) + (parents.size() > 1 ? 1 : 0),
                        first == null ? null : jumpFrom(first),
                        time,
                        request.author(),
                        request.message(),
                        request.metadata());
        byte[] bytes = CommitFormat.encode(draft);
        ObjectId id = inserter.insert(ObjectKind.COMMIT, bytes, 0, bytes.length);
        naming.made(List.of(id));
        return CommitFormat.decode(id, bytes);
    }

    /** The jump of a commit whose first parent this is: skew-binary, so that a seek is O(log n). */
    private ObjectId jumpFrom(Commit parent) {
        if (parent.jump() == null) {
            return parent.id();
        }
        Commit jump = read(parent.jump());
        if (jump.jump() == null) {
            return parent.id();
        }
        long near = parent.number() - jump.number();
        Commit far = read(jump.jump());
        return near == jump.number() - far.number() ? far.id() : parent.id();
    }

    /** The commit with this number on the line of first parents; null if there is none. */
    @Nullable Commit byNumber(Commit from, long number) {
        if (number < 1 || number > from.number()) {
            return null;
        }
        Commit at = from;
        while (at.number() > number) {
            at = next(at, jump -> jump.number() >= number);
        }
        return at;
    }

    /**
     * The newest commit on both lines of first parents, in O(log n) reads: at equal numbers the
     * jumps of two commits go to equal numbers. Null if the lines do not meet.
     */
    @Nullable Commit whereLinesMeet(Commit one, Commit other) {
        long number = Math.min(one.number(), other.number());
        Commit a = Objects.requireNonNull(byNumber(one, number));
        Commit b = Objects.requireNonNull(byNumber(other, number));
        while (!a.id().equals(b.id())) {
            if (a.parents().isEmpty() || b.parents().isEmpty()) {
                return null;
            }
            ObjectId jump = a.jump();
            ObjectId otherJump = b.jump();
            boolean far = jump != null && otherJump != null && !jump.equals(otherJump);
            a = read(far && jump != null ? jump : a.parents().getFirst());
            b = read(far && otherJump != null ? otherJump : b.parents().getFirst());
        }
        return a;
    }

    /** True if the commit is on the line of first parents that ends with {@code head}. */
    boolean onLine(Commit head, Commit commit) {
        Commit found = byNumber(head, commit.number());
        return found != null && found.id().equals(commit.id());
    }

    /**
     * The newest commit on the line of first parents that is not younger than {@code time}; or
     * null.
     */
    @Nullable Commit byTime(Commit from, long time) {
        Commit at = from;
        while (at.time() > time) {
            if (at.parents().isEmpty()) {
                return null;
            }
            at = next(at, jump -> jump.time() > time);
        }
        return at;
    }

    private Commit next(Commit at, java.util.function.Predicate<Commit> stillRight) {
        if (at.jump() != null) {
            Commit jump = read(at.jump());
            if (stillRight.test(jump)) {
                return jump;
            }
        }
        return read(at.parents().getFirst());
    }

    private static void verify(CommitRequest request) {
        limit("the message", request.message(), CommitFormat.MAX_MESSAGE);
        limit("the author", request.author(), CommitFormat.MAX_AUTHOR);
        int total = 0;
        for (Map.Entry<String, String> e : request.metadata().entrySet()) {
            total += utf8(e.getKey()) + utf8(e.getValue());
        }
        if (total > CommitFormat.MAX_METADATA) {
            throw new PfsException(
                    ErrorCode.OVER_LIMIT,
                    "the commit's metadata are "
                            + total
                            + " bytes, limit "
                            + CommitFormat.MAX_METADATA);
        }
    }

    private static void limit(String what, String text, int limit) {
        if (utf8(text) > limit) {
            throw new PfsException(
                    ErrorCode.OVER_LIMIT, what + " is " + utf8(text) + " bytes, limit " + limit);
        }
    }

    private static int utf8(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    }
}
