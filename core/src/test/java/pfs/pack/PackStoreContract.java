package pfs.pack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/** What every {@link PackStore} does. */
public abstract class PackStoreContract {
    private final List<PackStore> opened = new ArrayList<>();

    /** An empty store. */
    protected abstract PackStore open() throws Exception;

    protected final PackStore store() throws Exception {
        PackStore store = open();
        opened.add(store);
        return store;
    }

    @AfterEach
    void close() throws Exception {
        for (PackStore store : opened) {
            store.close();
        }
    }

    protected static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    protected static String read(PackStore store, String name, long offset, int length)
            throws Exception {
        ByteBuffer into = ByteBuffer.allocate(length);
        int n = store.read(name, offset, into);
        assertThat(into.position()).isEqualTo(Math.max(n, 0));
        return n < 0 ? "(end)" : new String(into.array(), 0, n, UTF_8);
    }

    @Test
    void aBlobComesBackInAnyRange() throws Exception {
        PackStore store = store();
        assertThat(store.put("a.pack", bytes("0123"), bytes(""), bytes("456789"))).isTrue();
        assertThat(store.size("a.pack")).isEqualTo(10);
        assertThat(read(store, "a.pack", 0, 10)).isEqualTo("0123456789");
        assertThat(read(store, "a.pack", 3, 2)).isEqualTo("34");
        assertThat(read(store, "a.pack", 8, 5)).isEqualTo("89");
        assertThat(read(store, "a.pack", 10, 5)).isEqualTo("(end)");
        assertThat(read(store, "a.pack", 1000, 5)).isEqualTo("(end)");
    }

    @Test
    void anEmptyBlobIsThere() throws Exception {
        PackStore store = store();
        assertThat(store.put("empty")).isTrue();
        assertThat(store.size("empty")).isZero();
        assertThat(read(store, "empty", 0, 1)).isEqualTo("(end)");
    }

    @Test
    void aNameIsTakenOnce() throws Exception {
        PackStore store = store();
        assertThat(store.put("a", bytes("first"))).isTrue();
        assertThat(store.put("a", bytes("second"))).isFalse();
        assertThat(read(store, "a", 0, 10)).isEqualTo("first");
    }

    @Test
    void ofManyPutsOfANameOneWins() throws Exception {
        PackStore store = store();
        List<Callable<Boolean>> puts = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            String text = "writer " + (char) ('a' + i);
            puts.add(() -> store.put("raced/name", bytes(text)));
        }
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            int winner = -1;
            List<Future<Boolean>> answers = pool.invokeAll(puts);
            for (int i = 0; i < answers.size(); i++) {
                if (answers.get(i).get()) {
                    assertThat(winner).isEqualTo(-1);
                    winner = i;
                }
            }
            assertThat(read(store, "raced/name", 0, 100))
                    .isEqualTo("writer " + (char) ('a' + winner));
        }
    }

    @Test
    void aMissingBlobIsNamed() throws Exception {
        PackStore store = store();
        assertThatThrownBy(() -> read(store, "no/such", 0, 1))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessage("no/such");
        assertThat(store.size("no/such")).isEqualTo(-1);
        assertThat(store.delete("no/such")).isFalse();
    }

    @Test
    void aDeletedBlobIsGoneAndItsNameFree() throws Exception {
        PackStore store = store();
        store.put("a/b", bytes("old"));
        assertThat(read(store, "a/b", 0, 3)).isEqualTo("old");
        assertThat(store.delete("a/b")).isTrue();
        assertThat(store.delete("a/b")).isFalse();
        assertThatThrownBy(() -> read(store, "a/b", 0, 3)).isInstanceOf(NoSuchFileException.class);
        assertThat(store.put("a/b", bytes("new"))).isTrue();
        assertThat(read(store, "a/b", 0, 3)).isEqualTo("new");
    }

    @Test
    void listsInByteOrderAcrossSlashes() throws Exception {
        PackStore store = store();
        List<String> names =
                List.of(
                        "a-b", "a.b", "a/a", "a/b-c", "a/b.c", "a/b/c", "a/b0", "a0", "b/1/2/3",
                        "c");
        for (String name : names.reversed()) {
            store.put(name, bytes(name));
        }
        assertThat(store.list("", "", 100)).isEqualTo(names);
        assertThat(store.list("a/", "", 100))
                .containsExactly("a/a", "a/b-c", "a/b.c", "a/b/c", "a/b0");
        assertThat(store.list("a/b", "a/b-c", 2)).containsExactly("a/b.c", "a/b/c");
        assertThat(store.list("", "a/b/c", 100)).containsExactly("a/b0", "a0", "b/1/2/3", "c");
        assertThat(store.list("b/1/2", "a", 100)).containsExactly("b/1/2/3");
        assertThat(store.list("b/x", "", 100)).isEmpty();
        assertThat(store.list("", "c", 100)).isEmpty();
        assertThat(store.list("", "", 0)).isEmpty();
        List<String> paged = new ArrayList<>();
        for (String after = ""; ; after = paged.getLast()) {
            List<String> page = store.list("", after, 3);
            paged.addAll(page);
            if (page.size() < 3) {
                break;
            }
        }
        assertThat(paged).isEqualTo(names);
    }

    @Test
    void listsSizesAsItListsNames() throws Exception {
        PackStore store = store();
        store.put("a/1", bytes("one"));
        store.put("a/2");
        store.put("a/3", bytes("three"));
        store.put("b", bytes("not asked for"));
        assertThat(store.listSizes("a/", "", 100))
                .containsExactly(
                        new PackStore.Listed("a/1", 3),
                        new PackStore.Listed("a/2", 0),
                        new PackStore.Listed("a/3", 5));
        assertThat(store.listSizes("a/", "a/1", 1)).containsExactly(new PackStore.Listed("a/2", 0));
        assertThat(store.listSizes("a/", "a/3", 1)).isEmpty();
    }

    /** How a beginning that blobs share is listed; where all of them are packs, as a pack. */
    protected String top(String beginning) {
        return beginning + "/";
    }

    @Test
    void listsWhatSharesABeginningAsOne() throws Exception {
        PackStore store = store();
        for (int i = 0; i < 30; i++) {
            store.put("m/" + i, bytes("x"));
            store.put("m/n/" + i, bytes("x"));
            store.put("z/" + i, bytes("x"));
        }
        for (String name : List.of("m-1", "m.1", "m0", "a", "zz")) {
            store.put(name, bytes("x"));
        }
        List<String> tops = List.of("a", "m-1", "m.1", top("m"), "m0", top("z"), "zz");
        assertThat(store.listTop("", 100)).isEqualTo(tops);
        assertThat(store.listTop("", 0)).isEmpty();
        for (int limit = 1; limit < 4; limit++) {
            List<String> paged = new ArrayList<>();
            for (String after = ""; ; after = paged.getLast()) {
                List<String> page = store.listTop(after, limit);
                paged.addAll(page);
                if (page.size() < limit) {
                    break;
                }
            }
            assertThat(paged).as("pages of " + limit).isEqualTo(tops);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "/", "a/", "/a", "a//b", "..", "a/../b", ".a", "a/.b", "A", "a b", "ä", "_new/a"
            })
    void namesOutsideTheRuleAreRefused(String name) throws Exception {
        PackStore store = store();
        assertThatThrownBy(() -> store.put(name, bytes("x")))
                .isInstanceOfSatisfying(
                        PfsException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_NAME));
    }

    @Test
    void manyThreadsWriteAndReadAtOnce() throws Exception {
        PackStore store = store();
        List<Callable<String>> work = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String name = "t/" + i % 50 + "/" + i;
            work.add(
                    () -> {
                        store.put(name, bytes(name));
                        return read(store, name, 0, 100);
                    });
        }
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> answers = pool.invokeAll(work);
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get()).isEqualTo("t/" + i % 50 + "/" + i);
            }
        }
        assertThat(store.list("t/", "", 1000)).hasSize(200);
    }
}
