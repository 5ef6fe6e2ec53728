package pfs.cli.mount.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import pfs.cli.mount.fuse.Errno;
import pfs.cli.mount.fuse.FuseException;

/** Reading of one version: the right bytes, read ahead of who reads on. */
@Timeout(60)
class OpenFileTest {
    private static final int BLOCK = BlockCache.BLOCK;

    private final MemorySource source = new MemorySource();
    private final byte[] bytes = new byte[20 * BLOCK + 12_345];
    private final BlockCache cache = new BlockCache(12L * (BLOCK + 1000));

    @BeforeEach
    void fill() {
        new Random(1).nextBytes(bytes);
        source.put("file", bytes);
    }

    private OpenFile open() throws IOException {
        return new OpenFile(source, cache, "file", source.find("file").orElseThrow());
    }

    private static byte[] read(OpenFile file, long offset, int size) throws IOException {
        ByteBuffer into = ByteBuffer.allocateDirect(size);
        int n = file.read(offset, into);
        assertThat(n).isEqualTo(into.position());
        byte[] got = new byte[n];
        into.flip().get(got);
        return got;
    }

    private byte[] expected(long offset, int size) {
        int from = (int) Math.min(offset, bytes.length);
        return Arrays.copyOfRange(bytes, from, Math.min(from + size, bytes.length));
    }

    @Test
    void rangesAreThoseOfTheFile() throws IOException {
        OpenFile file = open();
        Random random = new Random(2);
        for (int i = 0; i < 300; i++) {
            long offset = random.nextInt(bytes.length + 1000);
            int size = random.nextInt(3 * BLOCK);
            assertThat(read(file, offset, size)).isEqualTo(expected(offset, size));
        }
        assertThat(read(file, bytes.length, 10)).isEmpty();
        assertThat(read(file, Long.MAX_VALUE - 10, 10)).isEmpty();
        assertThat(read(file, bytes.length - 1L, 10)).hasSize(1);
    }

    @Test
    void whoReadsOnIsReadAheadFor() throws IOException {
        OpenFile file = open();
        read(file, 0, 1000);
        assertThat(source.reads.keySet()).as("a look at the beginning").containsExactly(0L);
        read(file, BLOCK, 1000);
        Awaitility.await().until(() -> source.reads.containsKey(2L));
        read(file, 2L * BLOCK, 1000);
        Awaitility.await().until(() -> source.reads.keySet().containsAll(Arrays.asList(3L, 4L)));
        byte[] all = new byte[bytes.length];
        for (int at = 0; at < bytes.length; ) {
            byte[] part = read(file, at, 128 * 1024);
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        assertThat(all).isEqualTo(bytes);
        assertThat(source.reads.values()).as("each block once").containsOnly(1);
    }

    @Test
    void whoJumpsIsNotReadAheadFor() throws IOException {
        OpenFile file = open();
        for (long index : new long[] {5, 2, 17, 9, 13}) {
            read(file, index * BLOCK + 5, 1000);
        }
        assertThat(source.reads.keySet()).containsExactlyInAnyOrder(5L, 2L, 17L, 9L, 13L);
    }

    @Test
    void aFileThatIsReplacedIsNeverMixed() throws IOException {
        OpenFile file = open();
        assertThat(read(file, 0, 100)).isEqualTo(expected(0, 100));
        source.put("file", new byte[bytes.length]);
        assertThat(read(file, 100, 100)).as("still in memory").isEqualTo(expected(100, 100));
        assertThatThrownBy(() -> read(file, 10L * BLOCK, 100))
                .isInstanceOfSatisfying(
                        FuseException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ESTALE));
        assertThat(read(open(), 10L * BLOCK, 100)).containsOnly(0);
        source.put("file", bytes);
        assertThat(read(file, 10L * BLOCK, 100)).isEqualTo(expected(10L * BLOCK, 100));
    }

    @Test
    void equalContentsShareTheirBlocks() throws IOException {
        read(open(), 0, 100);
        source.put("copy", bytes);
        OpenFile copy = new OpenFile(source, cache, "copy", source.find("copy").orElseThrow());
        source.away = true;
        assertThat(read(copy, 0, 100)).isEqualTo(expected(0, 100));
    }
}
