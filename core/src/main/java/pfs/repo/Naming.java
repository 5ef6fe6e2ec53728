package pfs.repo;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectId;

/**
 * Which commits may be given a name while garbage is collected: those that stay with all that they
 * reach. Until the collector has marked all that it knows of, any commit may, and is marked because
 * it is named. From then on only what was marked as a commit, and what was made meanwhile, may:
 * anything else may be half gone already, and to name it is refused. Between the two there is no
 * moment in which a name escapes, for both happen under one lock.
 *
 * <p>Who names holds a {@link Lease}, so that no collection begins and ends between the question
 * and the name. Thread-safe.
 */
final class Naming {
    private final ReentrantLock lock = new ReentrantLock();

    /** Those that are to stay with their ancestors' files. Null while no garbage is collected. */
    @GuardedBy("lock")
    private @Nullable Set<ObjectId> named;

    /** Those that are to stay with their own files. */
    @GuardedBy("lock")
    private final Set<ObjectId> made = new HashSet<>();

    /** Once it is frozen: those that are marked with all that they reach. */
    @GuardedBy("lock")
    private @Nullable Predicate<ObjectId> whole;

    /** A collection begins: from now on it is told of names. */
    void begin() {
        lock.lock();
        try {
            named = new HashSet<>();
            made.clear();
            whole = null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * True if this commit, which is here, may be given a name: it stays if it gets one.
     *
     * @param ancestors with the files of all before it, as far as they are there
     */
    boolean name(ObjectId commit, boolean ancestors) {
        lock.lock();
        try {
            if (named == null || whole != null) {
                return stays(commit);
            }
            (ancestors ? named : made).add(commit);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** These commits were made, or came whole from another store, under a lease still held. */
    void made(Collection<ObjectId> commits) {
        lock.lock();
        try {
            if (named != null) {
                made.addAll(commits);
            }
        } finally {
            lock.unlock();
        }
    }

    /** True if the commit stays with all that it reaches. */
    boolean stays(ObjectId commit) {
        lock.lock();
        try {
            return named == null
                    || named.contains(commit)
                    || made.contains(commit)
                    || whole == null
                    || whole.test(commit);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Marks what was named, and from here on lets only those be named that stay.
     *
     * @param mark marks a commit with all that it reaches; most are marked before anybody waits
     * @param markFiles marks a commit with its files
     * @param whole tells which commits were marked with their files
     */
    void freeze(Consumer<ObjectId> mark, Consumer<ObjectId> markFiles, Predicate<ObjectId> whole) {
        Set<ObjectId> early;
        Set<ObjectId> earlyMade;
        lock.lock();
        try {
            early = named == null ? Set.of() : Set.copyOf(named);
            earlyMade = Set.copyOf(made);
        } finally {
            lock.unlock();
        }
        early.forEach(mark);
        earlyMade.forEach(markFiles);
        lock.lock();
        try {
            if (named != null) {
                named.forEach(mark);
            }
            made.forEach(markFiles);
            this.whole = whole;
        } finally {
            lock.unlock();
        }
    }

    /** The collection is over: what is here stays again. */
    void end() {
        lock.lock();
        try {
            named = null;
            made.clear();
            whole = null;
        } finally {
            lock.unlock();
        }
    }
}
