package pfs.meta;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One candidate's side of a lease: it asks for the lease, renews it, and knows until when it may
 * believe that it has it. {@link Election} calls it in time; on its own it has no thread.
 *
 * <p>The lease is believed in for nine tenths of its term, counted from before it was asked for, by
 * a clock that never jumps: so who believes has it, as long as the clocks of this process and of
 * the engine do not differ in pace by more than a tenth. A thread may be stopped between asking
 * {@link #leading} and acting, for any time: what must not be done by two is done by a batch that
 * {@link Batch#require(MetaStore.Lease) requires} the lease, or carries its token to who refuses
 * smaller ones. Thread-safe.
 */
public final class Candidacy {
    private final MetaStore store;
    private final Key name;
    private final String candidate;
    private final Duration term;
    private final LongSupplier nanos;
    private MetaStore.@Nullable Lease held;
    private long until;
    private long resigned;
    private boolean out;
    private long outUntil;

    /**
     * A candidate for the lease {@code name}.
     *
     * @param candidate a name that no other process uses, and no earlier start of this one
     * @param term how long the others wait for one that is silent; engines may round it up to
     *     seconds
     * @param nanos a clock that never jumps: {@code System::nanoTime}
     */
    public Candidacy(
            MetaStore store, Key name, String candidate, Duration term, LongSupplier nanos) {
        if (term.toMillis() <= 0) {
            throw new IllegalArgumentException("the term is " + term + ", not a millisecond");
        }
        this.store = store;
        this.name = MetaLimits.verify(name);
        this.candidate = candidate;
        this.term = term;
        this.nanos = nanos;
    }

    /**
     * Takes the lease or renews it; empty if another has it, or this one {@link #stayOut stays
     * out}. To be called about three times a term. When it fails, what was believed before is
     * believed until its time is over.
     */
    public Optional<MetaStore.Lease> attempt() {
        long before;
        long begun;
        synchronized (this) {
            before = nanos.getAsLong();
            out &= before - outUntil < 0;
            if (out) {
                return Optional.empty();
            }
            begun = resigned;
        }
        Optional<MetaStore.Lease> answer = store.lease(name, candidate, term.toMillis());
        synchronized (this) {
            if (begun == resigned) {
                held = answer.orElse(null);
                until = before + term.toNanos() / 10 * 9;
                return leading();
            }
        }
        // Somebody resigned while the answer was under way.
        answer.ifPresent(store::release);
        return Optional.empty();
    }

    /** The lease, while it may be believed in. */
    public synchronized Optional<MetaStore.Lease> leading() {
        return held != null && nanosLeft() > 0 ? Optional.of(held) : Optional.empty();
    }

    /** Nanoseconds until {@link #leading} is empty unless the lease is renewed; 0 if it is. */
    public synchronized long nanosLeft() {
        return held == null ? 0 : Math.max(0, until - nanos.getAsLong());
    }

    /** The lease as somebody holds it now, to find who leads; empty if nobody does. */
    public Optional<MetaStore.Lease> leader() {
        return store.holder(name);
    }

    /**
     * Resigns, and does not ask for the lease for at least so long: another gets it who can do more
     * with it.
     */
    public void stayOut(Duration away) {
        synchronized (this) {
            long until = nanos.getAsLong() + away.toNanos();
            outUntil = out ? Math.max(outUntil - until, 0) + until : until;
            out = true;
        }
        resign();
    }

    /** Stops leading, and gives the lease back so that the others need not wait. */
    public void resign() {
        MetaStore.Lease last;
        synchronized (this) {
            last = held;
            held = null;
            resigned++;
        }
        if (last != null) {
            store.release(last);
        }
    }
}
