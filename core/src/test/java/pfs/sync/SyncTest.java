package pfs.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.repo.Arrivals.Mode;
import pfs.repo.Commit;
import pfs.repo.MemoryStore;
import pfs.repo.Precondition;

/** Two stores in memory, and the ways between them. */
class SyncTest {
    private static LocalPeer peer(MemoryStore store) {
        return new LocalPeer(store.repos(), store.repo());
    }

    private static SyncReport push(MemoryStore from, Peer to, Mode mode) throws IOException {
        return new Push(from.repos(), from.repo(), to).run(null, mode);
    }

    private static SyncReport pull(MemoryStore into, Peer from, Mode mode) throws IOException {
        return new Pull(into.repos(), into.repo(), from).run(null, "", mode);
    }

    private static void put(MemoryStore store, String path, String text) {
        store.repo().put("master", path, store.file(text), Precondition.NONE);
    }

    private static Commit commit(MemoryStore store, String message) {
        store.tick();
        return store.repo().commit("master", Histories.request(message)).commit();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void randomHistoriesArrive(long seed) throws IOException {
        Histories histories = new Histories(seed);
        try (MemoryStore one = new MemoryStore();
                MemoryStore two = new MemoryStore();
                MemoryStore three = new MemoryStore()) {
            for (int round = 0; round < 3; round++) {
                histories.grow(one, 10);
                push(one, peer(two), Mode.MIRROR);
                assertThat(Histories.refs(two)).as("seed " + seed).isEqualTo(Histories.refs(one));
                pull(three, peer(one), Mode.MIRROR);
                assertThat(Histories.refs(three)).isEqualTo(Histories.refs(one));
                assertThat(push(one, peer(two), Mode.MIRROR).objects()).isZero();
            }
            two.restart();
            Histories.readAll(two);
            Histories.readAll(three);
        }
    }

    @ParameterizedTest
    @EnumSource(FailingPeer.Cut.class)
    void aPushCutOffAnywhereChangesNothingAndGoesOn(FailingPeer.Cut cut) throws IOException {
        boolean done = false;
        for (int call = 0; !done; call++) {
            Histories histories = new Histories(7);
            try (MemoryStore one = new MemoryStore();
                    MemoryStore two = new MemoryStore()) {
                histories.grow(one, 6);
                push(one, peer(two), Mode.FAST_FORWARD);
                histories.grow(one, 12);
                Map<String, ObjectId> before = Histories.refs(two);
                FailingPeer line = new FailingPeer(peer(two), call, cut);
                try {
                    push(one, line, Mode.FAST_FORWARD);
                    done = true;
                } catch (IOException e) {
                    boolean moved = Histories.refs(two).equals(Histories.refs(one));
                    assertThat(moved || Histories.refs(two).equals(before)).isTrue();
                    two.kill();
                    push(one, peer(two), Mode.FAST_FORWARD);
                }
                assertThat(Histories.refs(two)).isEqualTo(Histories.refs(one));
                Histories.readAll(two);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(FailingPeer.Cut.class)
    void aPullCutOffAnywhereChangesNothingAndGoesOn(FailingPeer.Cut cut) throws IOException {
        boolean done = false;
        for (int call = 0; !done; call++) {
            Histories histories = new Histories(8);
            try (MemoryStore one = new MemoryStore();
                    MemoryStore two = new MemoryStore()) {
                histories.grow(one, 10);
                Map<String, ObjectId> before = Histories.refs(two);
                try {
                    pull(two, new FailingPeer(peer(one), call, cut), Mode.FAST_FORWARD);
                    done = true;
                } catch (IOException e) {
                    assertThat(Histories.refs(two)).isEqualTo(before);
                    pull(two, peer(one), Mode.FAST_FORWARD);
                }
                assertThat(Histories.refs(two)).isEqualTo(Histories.refs(one));
                Histories.readAll(two);
            }
        }
    }

    /** Many files: more than one answer by the other's reckoning holds, so ids are asked for. */
    @Test
    void whatIsLargeComesInPartsAndIsNotSentTwice() throws IOException {
        try (MemoryStore one = new MemoryStore();
                MemoryStore two = new MemoryStore()) {
            for (int i = 0; i < 90; i++) {
                byte[] bytes = new byte[300_000];
                new java.util.Random(i).nextBytes(bytes);
                one.repo().put("master", "d/" + i, one.entry(bytes), Precondition.NONE);
            }
            commit(one, "large");
            FailingPeer first = new FailingPeer(peer(one), 2, FailingPeer.Cut.BEFORE);
            assertThatThrownBy(() -> pull(two, first, Mode.FAST_FORWARD))
                    .isInstanceOf(IOException.class);
            assertThat(first.bytes()).isGreaterThan(16_000_000);
            FailingPeer rest = FailingPeer.never(peer(one));
            pull(two, rest, Mode.FAST_FORWARD);
            assertThat(rest.bytes()).isLessThan(27_100_000 - 16_000_000);
            assertThat(Histories.refs(two)).isEqualTo(Histories.refs(one));
            Histories.readAll(two);
        }
    }

    @Test
    void oneSmallChangeCostsLittle() throws IOException {
        try (MemoryStore one = new MemoryStore();
                MemoryStore two = new MemoryStore();
                MemoryStore three = new MemoryStore()) {
            for (int i = 0; i < 5_000; i++) {
                put(one, "a/b" + i % 7 + "/c/file number " + i, "text " + i);
            }
            commit(one, "many");
            push(one, peer(two), Mode.FAST_FORWARD);
            pull(three, peer(one), Mode.FAST_FORWARD);
            put(one, "a/b3/c/file number 17", "changed");
            commit(one, "one");
            FailingPeer pushed = FailingPeer.never(peer(two));
            push(one, pushed, Mode.FAST_FORWARD);
            assertThat(pushed.calls()).isLessThanOrEqualTo(3);
            assertThat(pushed.bytes()).isLessThan(100_000);
            FailingPeer pulled = FailingPeer.never(peer(one));
            pull(three, pulled, Mode.FAST_FORWARD);
            assertThat(pulled.calls()).isLessThanOrEqualTo(2);
            assertThat(pulled.bytes()).isLessThan(100_000);
            assertThat(Histories.refs(three)).isEqualTo(Histories.refs(two));
            FailingPeer nothing = FailingPeer.never(peer(one));
            pull(three, nothing, Mode.FAST_FORWARD);
            assertThat(nothing.calls()).isEqualTo(1);
        }
    }

    @Test
    void aChangeInAManifestCostsItsChunksOnly() throws IOException {
        try (MemoryStore one = new MemoryStore();
                MemoryStore two = new MemoryStore()) {
            byte[] bytes = new byte[40_000_000];
            new java.util.Random(1).nextBytes(bytes);
            one.repo().put("master", "large", one.entry(bytes), Precondition.NONE);
            commit(one, "large");
            push(one, peer(two), Mode.FAST_FORWARD);
            bytes[20_000_000]++;
            one.repo().put("master", "large", one.entry(bytes), Precondition.NONE);
            commit(one, "changed");
            FailingPeer line = FailingPeer.never(peer(two));
            push(one, line, Mode.FAST_FORWARD);
            assertThat(line.calls()).isLessThanOrEqualTo(4);
            assertThat(line.bytes()).isLessThan(1_300_000);
            Histories.readAll(two);
        }
    }

    @Test
    void aBranchThatWentElsewhereIsNotMovedUnlessForced() throws IOException {
        try (MemoryStore one = new MemoryStore();
                MemoryStore two = new MemoryStore()) {
            put(one, "a", "1");
            commit(one, "base");
            push(one, peer(two), Mode.FAST_FORWARD);
            put(two, "b", "theirs");
            Commit theirs = commit(two, "theirs");
            put(one, "a", "ours");
            Commit ours = commit(one, "ours");
            assertThatThrownBy(() -> push(one, peer(two), Mode.FAST_FORWARD))
                    .isInstanceOfSatisfying(
                            PfsException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FAST_FORWARD));
            assertThatThrownBy(() -> pull(one, peer(two), Mode.FAST_FORWARD))
                    .isInstanceOfSatisfying(
                            PfsException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FAST_FORWARD));
            assertThat(two.repo().head("master")).contains(theirs);
            assertThat(one.repo().head("master")).contains(ours);
            put(two, "uncommitted", "stays");
            push(one, peer(two), Mode.FORCE);
            assertThat(two.repo().head("master")).contains(ours);
            assertThat(two.repo().snapshot("master").find("uncommitted")).isPresent();
            assertThat(two.repo().snapshot("master").find("b")).isEmpty();
        }
    }

    @Test
    void aTagNeverMovesAndAFetchLeavesBranchesAlone() throws IOException {
        try (MemoryStore one = new MemoryStore();
                MemoryStore two = new MemoryStore()) {
            put(one, "a", "1");
            one.repo().createTag("v1", commit(one, "one"));
            put(two, "a", "2");
            Commit theirs = commit(two, "two");
            two.repo().createTag("v1", theirs);
            assertThatThrownBy(() -> push(one, peer(two), Mode.FORCE))
                    .isInstanceOfSatisfying(
                            PfsException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.EXISTS));
            new Pull(one.repos(), one.repo(), peer(two)).run("master", "two/", Mode.FORCE);
            assertThat(one.repo().head("two/master")).contains(theirs);
            assertThat(one.repo().head("master").orElseThrow().message()).isEqualTo("one");
        }
    }

    /** A file whose bytes are a tree's node: that the id is there says nothing of what is below. */
    @Test
    void bytesThatLookLikeATreeAreNotTakenForOne() throws IOException {
        try (MemoryStore one = new MemoryStore();
                MemoryStore two = new MemoryStore()) {
            for (int i = 0; i < 20; i++) {
                put(one, "dir/" + i, "text " + i);
            }
            Commit commit = commit(one, "tree");
            ObjectId root = commit.root().tree();
            byte[] node = one.repos().journal().read(root, ObjectKind.TREE);
            two.repo().put("master", "trap", two.entry(node), Precondition.NONE);
            commit(two, "trap");
            push(one, peer(two), Mode.FORCE);
            Histories.readAll(two);
        }
    }

    @Test
    void whatALyingPeerSendsIsRefused() throws IOException {
        try (MemoryStore one = new MemoryStore();
                MemoryStore two = new MemoryStore()) {
            put(one, "a", "1");
            Commit commit = commit(one, "one");
            ByteBuffer record = one.repos().journal().stored(commit.id());
            for (int at = 0; at < record.limit(); at += 3) {
                ByteBuffer copy = ByteBuffer.wrap(record.array().clone());
                copy.put(at, (byte) (copy.get(at) ^ 1));
                assertThatThrownBy(() -> peer(two).send(List.of(copy)))
                        .isInstanceOf(PfsException.class);
            }
            assertThat(peer(two).lacks(List.of(commit.id()))).hasSize(1);
            MoveAnswer answer =
                    peer(two)
                            .move(
                                    List.of(new Ref(Ref.Kind.BRANCH, "master", commit.id())),
                                    List.of(),
                                    Mode.FORCE);
            assertThat(answer).isEqualTo(new MoveAnswer.Lacking(List.of(commit.id())));
            peer(two).send(List.of(record));
            Ref tag = new Ref(Ref.Kind.TAG, "v", commit.id());
            assertThat(peer(two).move(List.of(tag), List.of(), Mode.FORCE))
                    .isInstanceOf(MoveAnswer.Lacking.class);
            assertThat(Histories.refs(two)).isEmpty();
        }
    }

    @Test
    void damageIsMendedFromAPeer() throws IOException {
        try (MemoryStore one = new MemoryStore();
                MemoryStore two = new MemoryStore()) {
            put(one, "a", "1");
            Commit commit = commit(one, "one");
            ObjectId none = ObjectId.of(new byte[] {1});
            Repair repair = new Repair(two.repos().journal(), peer(one));
            assertThat(repair.repair(List.of(commit.id(), none))).containsExactly(commit.id());
            assertThat(two.repos().journal().read(commit.id(), ObjectKind.COMMIT))
                    .isEqualTo(one.repos().journal().read(commit.id(), ObjectKind.COMMIT));
        }
    }
}
