package pfs.cli.mount.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is kept, for how long, and that it is fetched once. */
@Timeout(60)
class BlockCacheTest {
    private static final int BLOCK = BlockCache.BLOCK;

    private static BlockCache.Key key(long index) {
        return new BlockCache.Key("content", index);
    }

    @Test
    void keepsWhatWasReadLast() throws IOException {
        BlockCache cache = new BlockCache(BlockCache.LEAST); // four blocks
        AtomicInteger loads = new AtomicInteger();
        for (int index : new int[] {0, 1, 2, 3, 0, 4, 0, 1}) {
            byte[] bytes =
                    cache.get(
                            key(index),
                            BLOCK,
                            () -> {
                                loads.incrementAndGet();
                                return new byte[BLOCK];
                            });
            assertThat(bytes).hasSize(BLOCK);
        }
        assertThat(loads).as("0 to 4 once, and 1 again, which went for 4").hasValue(6);
        assertThat(cache.used()).isLessThanOrEqualTo(BlockCache.LEAST);
    }

    @Test
    void fetchesABlockOnceForAllWhoWantIt() throws Exception {
        BlockCache cache = new BlockCache(BlockCache.LEAST);
        AtomicInteger loads = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<byte[]>> all = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                all.add(
                        readers.submit(
                                () ->
                                        cache.get(
                                                key(0),
                                                3,
                                                () -> {
                                                    loads.incrementAndGet();
                                                    begun.countDown();
                                                    await(go);
                                                    return new byte[] {1, 2, 3};
                                                })));
            }
            begun.await();
            go.countDown();
            for (Future<byte[]> one : all) {
                assertThat(one.get()).containsExactly(1, 2, 3);
            }
        }
        assertThat(loads).hasValue(1);
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void aFailureIsToldAndNotKept() throws IOException {
        BlockCache cache = new BlockCache(BlockCache.LEAST);
        assertThatThrownBy(
                        () ->
                                cache.get(
                                        key(0),
                                        BLOCK,
                                        () -> {
                                            throw new IOException("away");
                                        }))
                .hasMessage("away");
        assertThat(cache.used()).isZero();
        assertThat(cache.get(key(0), 1, () -> new byte[] {7})).containsExactly(7);
    }

    @Test
    void whoWaitsForAFailedFetchTriesByHimself() throws Exception {
        BlockCache cache = new BlockCache(BlockCache.LEAST);
        CountDownLatch go = new CountDownLatch(1);
        cache.prefetch(
                key(0),
                1,
                () -> {
                    await(go);
                    throw new IOException("another path's file was replaced");
                });
        try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<byte[]> reader =
                    readers.submit(() -> cache.get(key(0), 1, () -> new byte[] {7}));
            go.countDown();
            assertThat(reader.get()).containsExactly(7);
        }
    }

    @Test
    void memoryStaysWithinTheLimitWhateverIsOnItsWay() throws Exception {
        BlockCache cache = new BlockCache(BlockCache.LEAST);
        AtomicLong held = new AtomicLong();
        AtomicLong most = new AtomicLong();
        try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                Random random = new Random(i);
                all.add(
                        readers.submit(
                                () -> {
                                    for (int n = 0; n < 50; n++) {
                                        long index = random.nextInt(40);
                                        cache.prefetch(
                                                key(index + 1), BLOCK, () -> load(held, most));
                                        cache.get(key(index), BLOCK, () -> load(held, most));
                                        assertThat(cache.used())
                                                .isLessThanOrEqualTo(BlockCache.LEAST);
                                    }
                                    return null;
                                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        assertThat(most.get()).as("blocks on their way at once").isLessThanOrEqualTo(4);
    }

    private static byte[] load(AtomicLong held, AtomicLong most) throws IOException {
        most.accumulateAndGet(held.incrementAndGet(), Math::max);
        try {
            Thread.sleep(1);
        } catch (InterruptedException e) {
            throw new IOException(e);
        } finally {
            held.decrementAndGet();
        }
        return new byte[BLOCK];
    }
}
