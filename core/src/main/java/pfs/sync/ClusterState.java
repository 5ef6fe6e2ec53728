package pfs.sync;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.Key;
import pfs.meta.MetaStore;

/**
 * What this store is among those that hold the same: its role and its epoch, kept in the metadata.
 * There is one master an epoch; who is promoted begins the next, and what a master of an older one
 * sends is refused, so that it learns that it is none any more. Thread-safe.
 */
public final class ClusterState {
    private static final Key KEY = Key.of("cluster");
    private static final Key POSITION = Key.of("cluster-position");

    private final MetaStore meta;

    /** Changed under the monitor only. */
    private volatile State state;

    @GuardedBy("this")
    private Position position;

    /** Masters are elected: each epoch has one only, whatever it is called. */
    @GuardedBy("this")
    private boolean elections;

    /** What a store may be. */
    public enum Role {
        /** By itself. */
        SINGLE,
        /** Takes writes, and has replicas. */
        MASTER,
        /** Has what its master has. */
        REPLICA,
        /** Was a master, and there is a newer one. */
        FENCED
    }

    /**
     * A role in an epoch.
     *
     * @param epoch 0 before any is known
     * @param master the URL of the master; null if it is not known, or this store itself
     * @param replaced the URL of the master that this store was promoted over; null for none
     */
    public record State(Role role, long epoch, @Nullable String master, @Nullable String replaced) {
        /** True if writes are taken here. */
        public boolean writable() {
            return role == Role.SINGLE || role == Role.MASTER;
        }
    }

    public ClusterState(MetaStore meta) {
        this.meta = meta;
        this.state =
                meta.get(KEY)
                        .map(v -> decode(v.value().array()))
                        .orElse(new State(Role.SINGLE, 0, null, null));
        this.position =
                meta.get(POSITION)
                        .map(v -> Position.decode(v.value().array()))
                        .orElse(Position.NONE);
    }

    /** Never waits. */
    public State state() {
        return state;
    }

    private synchronized void set(State next) {
        if (!next.equals(state)) {
            meta.commit(new Batch().put(KEY, Bytes.of(encode(next))));
            state = next;
        }
    }

    /**
     * Takes the role that the settings ask for. A store that was promoted over the master that they
     * name stays what it is: the settings are older.
     *
     * @param master the URL that is followed; null for none
     */
    public synchronized void start(@Nullable String master, boolean hasReplicas) {
        boolean promoted = master != null && master.equals(state.replaced);
        if (master != null && !promoted) {
            set(new State(Role.REPLICA, state.epoch, master, null));
        } else if (hasReplicas && state.role == Role.SINGLE) {
            set(new State(Role.MASTER, Math.max(1, state.epoch), null, null));
        }
    }

    /** How far this copy is. */
    public synchronized Position position() {
        return position;
    }

    private synchronized void setPosition(Position next) {
        if (!next.equals(position)) {
            meta.commit(new Batch().put(POSITION, Bytes.of(next.encode())));
            position = next;
        }
    }

    /**
     * Takes no role before an election gives one: nothing is written here until then.
     *
     * @param empty true if this store has no commit
     */
    public synchronized void stand(boolean empty) {
        elections = true;
        if (position.equals(Position.NONE) && !empty) {
            setPosition(Position.OWN);
        }
        set(new State(Role.REPLICA, state.epoch, null, null));
    }

    /** Promises to follow no master of an epoch before this one. */
    public synchronized void promise(long epoch) {
        if (epoch > state.epoch) {
            set(new State(Role.REPLICA, epoch, null, null));
        }
    }

    /**
     * Becomes the master of an epoch that was promised, with all that the copies had.
     *
     * @return false if a newer one was promised meanwhile
     */
    public synchronized boolean lead(long epoch) {
        if (epoch != state.epoch || state.role != Role.REPLICA || state.master != null) {
            return false;
        }
        setPosition(Position.master(epoch));
        set(new State(Role.MASTER, epoch, null, null));
        return true;
    }

    /** Is the master no more; another one is not known yet. */
    public synchronized void stepDown() {
        if (state.role == Role.MASTER) {
            set(new State(Role.REPLICA, state.epoch, null, null));
        }
    }

    /**
     * Notes that the master of an epoch has sent all up to a ticket.
     *
     * @throws PfsException NOT_MASTER if a newer master is known by now: then nothing may be
     *     acknowledged
     */
    public synchronized void settle(long epoch, long ticket) {
        if (state.role != Role.REPLICA || epoch != state.epoch) {
            throw new PfsException(
                    ErrorCode.NOT_MASTER,
                    "there is a newer master: its epoch is " + state.epoch + ", yours " + epoch);
        }
        setPosition(new Position(epoch, ticket));
    }

    /**
     * Makes this copy the master of a new epoch; a store that is no copy stays what it is.
     *
     * @param followed the master's URL as the settings have it; null if they have none
     */
    public synchronized State promote(@Nullable String followed) {
        if (state.role == Role.REPLICA || state.role == Role.FENCED) {
            set(
                    new State(
                            Role.MASTER,
                            state.epoch + 1,
                            null,
                            followed == null ? state.master : followed));
        }
        return state;
    }

    /** Learns that there is a master of a newer epoch, and follows it if it is known where. */
    public synchronized void yield(long epoch, @Nullable String master) {
        if (epoch > state.epoch) {
            Role role = master == null ? Role.FENCED : Role.REPLICA;
            set(new State(role, epoch, master, null));
        }
    }

    /**
     * Lets a master in that sends what it has.
     *
     * @param empty true if this store has no commit, so that a store by itself may become a copy
     * @throws PfsException NOT_MASTER if it is one of an older epoch, or not this store's
     */
    public synchronized void admit(long epoch, @Nullable String master, boolean empty) {
        boolean copy = state.role == Role.REPLICA || state.role == Role.FENCED;
        boolean newer =
                epoch > state.epoch
                        ? copy || empty || state.role == Role.MASTER
                        : epoch == state.epoch && copy;
        boolean other =
                elections
                        && epoch == state.epoch
                        && state.master != null
                        && !state.master.equals(master);
        boolean welcome = newer && !other && !position.equals(Position.OWN);
        if (!welcome) {
            throw new PfsException(
                    ErrorCode.NOT_MASTER,
                    epoch < state.epoch
                            ? "there is a newer master: its epoch is "
                                    + state.epoch
                                    + ", yours "
                                    + epoch
                            : other
                                    ? "the master of epoch " + epoch + " is " + state.master
                                    : "this server is no replica: start it with --replica-of, or"
                                            + " empty");
        }
        String url = master == null ? state.master : master;
        if (epoch > state.epoch || !Objects.equals(url, state.master)) {
            set(new State(Role.REPLICA, epoch, url, null));
        }
    }

    private static byte[] encode(State state) {
        String text =
                state.role.name().toLowerCase(Locale.ROOT)
                        + "\n"
                        + state.epoch
                        + "\n"
                        + (state.master == null ? "" : state.master)
                        + "\n"
                        + (state.replaced == null ? "" : state.replaced);
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static State decode(byte[] bytes) {
        String[] parts = new String(bytes, StandardCharsets.UTF_8).split("\n", -1);
        return new State(
                Role.valueOf(parts[0].toUpperCase(Locale.ROOT)),
                Long.parseLong(parts[1]),
                parts[2].isEmpty() ? null : parts[2],
                parts[3].isEmpty() ? null : parts[3]);
    }
}
