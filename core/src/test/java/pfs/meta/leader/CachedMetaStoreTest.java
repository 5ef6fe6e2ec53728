package pfs.meta.leader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.ForwardingMetaStore;
import pfs.meta.Key;
import pfs.meta.MemoryMetaStore;
import pfs.meta.MetaStore;

/** What was read once is read again without the engine, and never as it was before a change. */
@Timeout(60)
class CachedMetaStoreTest {
    private static final Key ONE = Key.of("one");
    private static final Key TWO = Key.of("two");

    /** An engine that can be away, and that does something in the middle of a call. */
    private static final class Engine extends ForwardingMetaStore {
        private boolean away;
        private Runnable meanwhile = () -> {};

        Engine() {
            super(new MemoryMetaStore(InstantSource.fixed(Instant.ofEpochSecond(1))));
        }

        private void call() {
            if (away) {
                throw new PfsException(ErrorCode.ENGINE_UNAVAILABLE, "the engine is away");
            }
            Runnable once = meanwhile;
            meanwhile = () -> {};
            once.run();
        }

        @Override
        public Optional<Versioned> get(Key key) {
            Optional<Versioned> read = store().get(key);
            call();
            return read;
        }

        @Override
        public boolean commit(Batch batch) {
            call();
            boolean done = store().commit(batch);
            return done;
        }
    }

    private final Engine engine = new Engine();
    private final CachedMetaStore cached = new CachedMetaStore(engine);

    private static String text(MetaStore store, Key key) {
        return store.get(key)
                .map(v -> new String(v.value().array(), java.nio.charset.StandardCharsets.UTF_8))
                .orElse("nothing");
    }

    private void put(Key key, String value) {
        assertThat(cached.commit(new Batch().put(key, Bytes.of(value)))).isTrue();
    }

    @Test
    void whatWasReadIsReadAgainWhileTheEngineIsAway() {
        put(ONE, "a");
        assertThat(text(cached, ONE)).isEqualTo("a");
        assertThat(text(cached, TWO)).isEqualTo("nothing");
        engine.away = true;
        assertThat(text(cached, ONE)).isEqualTo("a");
        assertThat(text(cached, TWO)).isEqualTo("nothing");
    }

    @Test
    void whatIsReadWhileOthersAreWrittenIsRemembered() {
        put(ONE, "a");
        engine.meanwhile = () -> put(TWO, "b");
        assertThat(text(cached, ONE)).isEqualTo("a");
        engine.away = true;
        assertThat(text(cached, ONE)).isEqualTo("a");
    }

    @Test
    void whatIsReadWithinAWriteOfOthersIsRemembered() {
        put(ONE, "a");
        engine.meanwhile = () -> assertThat(text(cached, ONE)).isEqualTo("a");
        put(TWO, "b");
        engine.away = true;
        assertThat(text(cached, ONE)).isEqualTo("a");
    }

    @Test
    void whatIsReadWhileItIsWrittenIsNotRemembered() {
        put(ONE, "a");
        engine.meanwhile = () -> put(ONE, "b");
        assertThat(text(cached, ONE)).isEqualTo("a");
        assertThat(text(cached, ONE)).isEqualTo("b");
        engine.meanwhile = () -> assertThat(text(cached, ONE)).isEqualTo("b");
        put(ONE, "c");
        assertThat(text(cached, ONE)).isEqualTo("c");
    }

    @Test
    void aChangeWhoseFateIsNotKnownIsForgotten() {
        put(ONE, "a");
        assertThat(text(cached, ONE)).isEqualTo("a");
        engine.away = true;
        assertThatThrownBy(() -> put(ONE, "b")).isInstanceOf(PfsException.class);
        assertThatThrownBy(() -> text(cached, ONE)).isInstanceOf(PfsException.class);
    }

    @Test
    void readersBesideWritersNeverSeeThingsGoBack() throws Exception {
        long seed = Long.getLong("pfs.seed", System.nanoTime());
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Random random = new Random(seed + i);
                running.add(
                        i < 3
                                ? threads.submit(() -> write(random))
                                : threads.submit(() -> read(random)));
            }
            for (Future<?> each : running) {
                try {
                    each.get();
                } catch (ExecutionException e) {
                    throw new AssertionError("seed " + seed, e);
                }
            }
        }
        for (int i = 0; i < 5; i++) {
            Key key = Key.of("k" + i);
            assertThat(text(cached, key)).as("seed %d", seed).isEqualTo(text(engine, key));
        }
    }

    private void write(Random random) {
        for (int n = 0; n < 3000; n++) {
            Key key = Key.of("k" + random.nextInt(5));
            Optional<MetaStore.Versioned> now = engine.get(key);
            String next = Long.toString(number(now) + 1);
            long version = now.map(MetaStore.Versioned::version).orElse(Batch.ABSENT);
            cached.commit(new Batch().require(key, version).put(key, Bytes.of(next)));
        }
    }

    private void read(Random random) {
        long[] last = new long[5];
        for (int n = 0; n < 5000; n++) {
            int i = random.nextInt(5);
            long seen = number(cached.get(Key.of("k" + i)));
            assertThat(seen).isGreaterThanOrEqualTo(last[i]);
            last[i] = seen;
        }
    }

    private static long number(Optional<MetaStore.Versioned> value) {
        return value.map(
                        v ->
                                Long.parseLong(
                                        new String(
                                                v.value().array(),
                                                java.nio.charset.StandardCharsets.UTF_8)))
                .orElse(0L);
    }
}
