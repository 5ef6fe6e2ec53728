package pfs.meta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/** What every {@link MetaStore} does. */
public abstract class MetaStoreContract {
    /** Milliseconds: longer than any test stalls. */
    protected static final long HOUR = 3_600_000;

    private final AtomicLong now = new AtomicLong(1_000_000);

    /** The clock of leases, which stands still unless a test moves it. */
    protected final InstantSource clock = () -> Instant.ofEpochMilli(now.get());

    /** An empty store. */
    protected abstract MetaStore store() throws Exception;

    private static Key key(String text) {
        return Key.of(text);
    }

    private static long version(MetaStore store, Key key) {
        return store.get(key).map(MetaStore.Versioned::version).orElse(Batch.ABSENT);
    }

    private static void put(MetaStore store, String key, String value) {
        assertThat(store.commit(new Batch().put(key(key), Bytes.of(value)))).isTrue();
    }

    private static List<String> names(List<MetaStore.Pair> pairs) {
        return pairs.stream().map(pair -> pair.key().text()).toList();
    }

    @Test
    void aValueComesBackWithAVersionThatChanges() throws Exception {
        MetaStore store = store();
        assertThat(store.get(key("a"))).isEmpty();
        put(store, "a", "1");
        long first = version(store, key("a"));
        assertThat(first).isNotZero();
        put(store, "a", "1");
        long second = version(store, key("a"));
        assertThat(second).isNotEqualTo(first);
        store.commit(new Batch().delete(key("a")));
        assertThat(store.get(key("a"))).isEmpty();
        put(store, "a", "2");
        assertThat(version(store, key("a"))).isNotIn(0L, first, second);
        assertThat(store.get(key("a")).orElseThrow().value()).isEqualTo(Bytes.of("2"));
    }

    @Test
    void aBatchIsAllOrNothing() throws Exception {
        MetaStore store = store();
        put(store, "a", "1");
        long version = version(store, key("a"));
        assertThat(
                        store.commit(
                                new Batch()
                                        .require(key("a"), version)
                                        .require(key("b"), Batch.ABSENT)
                                        .put(key("a"), Bytes.of("2"))
                                        .put(key("b"), Bytes.of("2"))
                                        .delete(key("c"))))
                .isTrue();
        assertThat(
                        store.commit(
                                new Batch()
                                        .require(key("a"), version)
                                        .delete(key("b"))
                                        .put(key("c"), Bytes.of("3"))))
                .isFalse();
        assertThat(store.commit(new Batch().require(key("b"), Batch.ABSENT).delete(key("a"))))
                .isFalse();
        assertThat(names(store.scan(Key.EMPTY, Key.EMPTY, 10))).containsExactly("a", "b");
        assertThat(store.get(key("b")).orElseThrow().value().text()).isEqualTo("2");
    }

    @Test
    void aBatchMayOnlyAskAndTheLastChangeOfAKeyWins() throws Exception {
        MetaStore store = store();
        assertThat(store.commit(new Batch().require(key("a"), Batch.ABSENT))).isTrue();
        assertThat(store.commit(new Batch().require(key("a"), 77))).isFalse();
        Batch batch = new Batch().put(key("a"), Bytes.of("1")).delete(key("a"));
        assertThat(store.commit(batch.put(key("a"), Bytes.of("2")))).isTrue();
        assertThat(store.get(key("a")).orElseThrow().value().text()).isEqualTo("2");
    }

    @Test
    void scansByPrefixInByteOrderAndPages() throws Exception {
        MetaStore store = store();
        for (String name : List.of("b", "a", "a\0x", "a\0y", "a\0\u00ff", "ab", "c")) {
            put(store, name, name);
        }
        assertThat(names(store.scan(Key.EMPTY, Key.EMPTY, 100)))
                .containsExactly("a", "a\0x", "a\0y", "a\0\u00ff", "ab", "b", "c");
        assertThat(names(store.scan(key("a\0"), Key.EMPTY, 100)))
                .containsExactly("a\0x", "a\0y", "a\0\u00ff");
        assertThat(names(store.scan(key("a\0"), key("a\0x"), 1))).containsExactly("a\0y");
        assertThat(names(store.scan(key("a"), key("a"), 2))).containsExactly("a\0x", "a\0y");
        assertThat(store.scan(key("a\0"), key("b"), 100)).isEmpty();
        assertThat(store.scan(key("d"), Key.EMPTY, 100)).isEmpty();
        assertThat(store.scan(Key.EMPTY, Key.EMPTY, 0)).isEmpty();
    }

    @Test
    void floorFindsTheGreatestKeyAtMost() throws Exception {
        MetaStore store = store();
        for (String name : List.of("a", "t\u00001", "t\u00003", "t\u00005", "u")) {
            put(store, name, name);
        }
        assertThat(floor(store, "t\0", "t\u00004")).isEqualTo("t\u00003");
        assertThat(floor(store, "t\0", "t\u00003")).isEqualTo("t\u00003");
        assertThat(floor(store, "t\0", "t\u00000")).isEqualTo("none");
        assertThat(floor(store, "t\0", "t\u00009")).isEqualTo("t\u00005");
        assertThat(floor(store, "t\0", "z")).isEqualTo("t\u00005");
        assertThat(floor(store, "t\0", "a")).isEqualTo("none");
        assertThat(floor(store, "", "b")).isEqualTo("a");
        assertThat(floor(store, "x", "z")).isEqualTo("none");
    }

    private static String floor(MetaStore store, String prefix, String atMost) {
        return store.floor(key(prefix), key(atMost)).map(p -> p.key().text()).orElse("none");
    }

    @Test
    void agreesWithASortedMap() throws Exception {
        MetaStore store = store();
        TreeMap<Key, Bytes> model = new TreeMap<>();
        Random random = new Random(7);
        for (int i = 0; i < 400; i++) {
            byte[] bytes = new byte[1 + random.nextInt(3)];
            for (int j = 0; j < bytes.length; j++) {
                bytes[j] = new byte[] {0, 1, 'k', 'l', -1}[random.nextInt(5)];
            }
            Key key = Key.of(bytes);
            if (random.nextInt(4) == 0) {
                store.commit(new Batch().delete(key));
                model.remove(key);
            } else {
                Bytes value = Bytes.of("v" + i);
                store.commit(new Batch().put(key, value));
                model.put(key, value);
            }
            List<Key> keys =
                    store.scan(Key.EMPTY, Key.EMPTY, 1000).stream()
                            .map(MetaStore.Pair::key)
                            .toList();
            assertThat(keys).isEqualTo(List.copyOf(model.keySet()));
            Key floor = model.floorKey(key);
            assertThat(store.floor(Key.EMPTY, key).map(MetaStore.Pair::key))
                    .isEqualTo(Optional.ofNullable(floor));
        }
    }

    @Test
    void limitsAreKeptAndNamed() throws Exception {
        MetaStore store = store();
        assertThat(
                        store.commit(
                                new Batch()
                                        .put(
                                                Key.of(new byte[MetaLimits.MAX_KEY]),
                                                Bytes.of(new byte[MetaLimits.MAX_VALUE]))))
                .isTrue();
        assertOverLimit(
                store, new Batch().put(Key.of(new byte[4097]), Bytes.of("x")), "4097", "4096");
        assertOverLimit(
                store,
                new Batch().put(key("a"), Bytes.of(new byte[1048577])),
                "1048577",
                "1048576");
        assertThatThrownBy(() -> store.commit(new Batch().put(Key.EMPTY, Bytes.of("x"))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(store.get(key("a"))).isEmpty();
    }

    private static void assertOverLimit(MetaStore store, Batch batch, String... parts) {
        assertThatThrownBy(() -> store.commit(batch))
                .isInstanceOfSatisfying(
                        PfsException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(ErrorCode.OVER_LIMIT);
                            assertThat(e.getMessage()).contains(parts);
                        });
    }

    @Test
    void manyThreadsCountWithoutLosingAnything() throws Exception {
        MetaStore store = store();
        int threads = 8;
        int rounds = 25;
        List<Callable<Integer>> work = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Key own = key("own" + i);
            work.add(
                    () -> {
                        int lost = 0;
                        for (int done = 0; done < rounds; ) {
                            if (increment(store, key("shared"), own)) {
                                done++;
                            } else {
                                lost++;
                            }
                        }
                        return lost;
                    });
        }
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Integer> answer : pool.invokeAll(work)) {
                answer.get();
            }
        }
        assertThat(number(store, key("shared"))).isEqualTo(threads * rounds);
        for (int i = 0; i < threads; i++) {
            assertThat(number(store, key("own" + i))).isEqualTo(rounds);
        }
    }

    private static boolean increment(MetaStore store, Key shared, Key own) {
        Optional<MetaStore.Versioned> a = store.get(shared);
        Optional<MetaStore.Versioned> b = store.get(own);
        return store.commit(
                new Batch()
                        .require(shared, a.map(MetaStore.Versioned::version).orElse(Batch.ABSENT))
                        .require(own, b.map(MetaStore.Versioned::version).orElse(Batch.ABSENT))
                        .put(shared, plusOne(a))
                        .put(own, plusOne(b)));
    }

    private static Bytes plusOne(Optional<MetaStore.Versioned> value) {
        return Bytes.of(
                Integer.toString(value.map(v -> Integer.parseInt(v.value().text())).orElse(0) + 1));
    }

    private static int number(MetaStore store, Key key) {
        return Integer.parseInt(store.get(key).orElseThrow().value().text());
    }

    @Test
    void readersNeverSeeHalfABatch() throws Exception {
        MetaStore store = store();
        store.commit(new Batch().put(key("p\0a"), Bytes.of("0")).put(key("p\0b"), Bytes.of("0")));
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> writer =
                    pool.submit(
                            () -> {
                                for (int i = 1; i <= 100; i++) {
                                    Bytes value = Bytes.of(Integer.toString(i));
                                    store.commit(
                                            new Batch()
                                                    .put(key("p\0a"), value)
                                                    .put(key("p\0b"), value));
                                }
                            });
            while (!writer.isDone()) {
                List<MetaStore.Pair> both = store.scan(key("p\0"), Key.EMPTY, 10);
                assertThat(both.get(0).value().value()).isEqualTo(both.get(1).value().value());
            }
            writer.get();
        }
    }

    /** Makes a lease of at most an hour run out. */
    protected void runOut(MetaStore.Lease lease) throws Exception {
        now.addAndGet(HOUR);
    }

    /** Moves the {@link #clock}. */
    protected final void pass(long millis) {
        now.addAndGet(millis);
    }

    @Test
    void aLeaseIsHeldByOneAndItsTokensGrow() throws Exception {
        MetaStore store = store();
        Key name = key("gc");
        MetaStore.Lease a = store.lease(name, "a", HOUR).orElseThrow();
        assertThat(a.token()).isPositive();
        assertThat(store.lease(name, "b", HOUR)).isEmpty();
        assertThat(store.lease(name, "a", HOUR)).contains(a);
        assertThat(store.lease(name, "b", HOUR)).isEmpty();
        runOut(a);
        MetaStore.Lease b = store.lease(name, "b", HOUR).orElseThrow();
        assertThat(b.token()).isGreaterThan(a.token());
        store.release(a);
        assertThat(store.lease(name, "a", HOUR)).isEmpty();
        store.release(b);
        MetaStore.Lease again = store.lease(name, "a", HOUR).orElseThrow();
        assertThat(again.token()).isGreaterThan(b.token());
        store.release(b);
        assertThat(store.lease(name, "b", HOUR)).isEmpty();
        assertThat(store.lease(key("other"), "b", HOUR)).isPresent();
    }

    @Test
    void aHolderWhoComesBackTooLateGetsAGreaterToken() throws Exception {
        MetaStore store = store();
        MetaStore.Lease first = store.lease(key("gc"), "a", HOUR).orElseThrow();
        runOut(first);
        MetaStore.Lease second = store.lease(key("gc"), "a", HOUR).orElseThrow();
        assertThat(second.token()).isGreaterThan(first.token());
        store.release(first);
        assertThat(store.holder(key("gc"))).contains(second);
    }

    @Test
    void aRenewalMayChangeHowLongALeaseLasts() throws Exception {
        MetaStore store = store();
        MetaStore.Lease lease = store.lease(key("gc"), "a", HOUR / 2).orElseThrow();
        assertThat(store.lease(key("gc"), "a", HOUR)).contains(lease);
        assertThat(store.lease(key("gc"), "a", HOUR / 4)).contains(lease);
        assertThat(store.holder(key("gc"))).contains(lease);
        runOut(lease);
        assertThat(store.holder(key("gc"))).isEmpty();
    }

    @Test
    void everybodySeesWhoHoldsALease() throws Exception {
        MetaStore store = store();
        assertThat(store.holder(key("gc"))).isEmpty();
        MetaStore.Lease a = store.lease(key("gc"), "a", HOUR).orElseThrow();
        assertThat(store.holder(key("gc"))).contains(a);
        store.release(a);
        assertThat(store.holder(key("gc"))).isEmpty();
        MetaStore.Lease b = store.lease(key("gc"), "b", HOUR).orElseThrow();
        assertThat(store.holder(key("gc"))).contains(b);
        runOut(b);
        assertThat(store.holder(key("gc"))).isEmpty();
    }

    @Test
    void aBatchOfWhoLostItsLeaseDoesNothing() throws Exception {
        MetaStore store = store();
        MetaStore.Lease a = store.lease(key("gc"), "a", HOUR).orElseThrow();
        Key key = key("k");
        assertThat(store.commit(new Batch().require(a).put(key, Bytes.of("a")))).isTrue();
        MetaStore.Lease wrong = new MetaStore.Lease(key("gc"), "a", a.token() + 1);
        assertThat(store.commit(new Batch().require(wrong).put(key, Bytes.of("x")))).isFalse();
        MetaStore.Lease other = new MetaStore.Lease(key("none"), "a", a.token());
        assertThat(store.commit(new Batch().require(other).put(key, Bytes.of("x")))).isFalse();
        assertThat(store.commit(new Batch().require(a).require(key, 0).delete(key))).isFalse();
        runOut(a);
        assertThat(store.commit(new Batch().require(a).put(key, Bytes.of("late")))).isFalse();
        MetaStore.Lease b = store.lease(key("gc"), "b", HOUR).orElseThrow();
        assertThat(store.commit(new Batch().require(a).put(key, Bytes.of("late")))).isFalse();
        assertThat(store.get(key).orElseThrow().value().text()).isEqualTo("a");
        assertThat(store.commit(new Batch().require(b).put(key, Bytes.of("b")))).isTrue();
        store.release(b);
        assertThat(store.commit(new Batch().require(b).put(key, Bytes.of("late")))).isFalse();
        assertThat(store.get(key).orElseThrow().value().text()).isEqualTo("b");
    }

    @Test
    void leasesAreNotAmongTheKeys() throws Exception {
        MetaStore store = store();
        store.lease(key("gc"), "a", HOUR);
        assertThat(store.scan(Key.EMPTY, Key.EMPTY, 10)).isEmpty();
        assertThat(store.get(key("gc"))).isEmpty();
        assertThat(store.floor(Key.EMPTY, key("zzz"))).isEmpty();
    }

    @Test
    void ofManyWhoWantALeaseOneGetsIt() throws Exception {
        MetaStore store = store();
        List<Callable<Boolean>> work = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            String holder = "holder " + i;
            work.add(() -> store.lease(key("raced"), holder, HOUR).isPresent());
        }
        int winners = 0;
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Boolean> answer : pool.invokeAll(work)) {
                winners += answer.get() ? 1 : 0;
            }
        }
        assertThat(winners).isOne();
    }
}
