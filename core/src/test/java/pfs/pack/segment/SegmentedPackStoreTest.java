package pfs.pack.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import pfs.pack.AppendablePackStore;
import pfs.pack.AppendablePackStoreContract;
import pfs.pack.MemoryPackStore;

/** Two stores over one stand for two servers. */
class SegmentedPackStoreTest extends AppendablePackStoreContract {
    private final MemoryPackStore shared = new MemoryPackStore();

    @Override
    protected AppendablePackStore open() {
        return new SegmentedPackStore(shared, _ -> true);
    }

    private static String all(AppendablePackStore store, String name) throws Exception {
        return read(store, name, 0, 1000);
    }

    @Test
    void whatIsNotSyncedIsNotThereForOthers() throws Exception {
        AppendablePackStore one = open();
        AppendablePackStore.Appender log = one.append("log");
        log.append(bytes("first"));
        log.sync();
        log.append(bytes(" second"));
        assertThat(all(one, "log")).isEqualTo("first second");
        assertThat(all(open(), "log")).isEqualTo("first");
        assertThat(open().size("log")).isEqualTo(5);
        log.sync();
        assertThat(all(open(), "log")).isEqualTo("first second");
    }

    @Test
    void whoeverIsSealedOutWritesNothingMore() throws Exception {
        AppendablePackStore.Appender old = open().append("log");
        old.append(bytes("kept"));
        old.sync();
        AppendablePackStore next = open();
        assertThat(next.seal("log")).isEqualTo(4);
        old.append(bytes(" lost"));
        assertThatThrownBy(old::sync)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another server");
        assertThatThrownBy(() -> old.append(bytes("x"))).isInstanceOf(IOException.class);
        assertThat(next.seal("log")).isEqualTo(4);
        assertThat(all(next, "log")).isEqualTo("kept");
    }

    @Test
    void aSegmentThatCameFirstIsSealedIn() throws Exception {
        AppendablePackStore.Appender old = open().append("log");
        old.append(bytes("one"));
        old.sync();
        AppendablePackStore next = open();
        assertThat(next.size("log")).isEqualTo(3);
        old.append(bytes(" two"));
        old.sync();
        assertThat(next.seal("log")).isEqualTo(7);
        assertThat(all(next, "log")).isEqualTo("one two");
    }

    @Test
    void aHoleEndsThePackAndWhatComesLateStaysOut() throws Exception {
        AppendablePackStore.Appender old = open().append("log");
        old.append(bytes("whole"));
        old.sync();
        shared.put(SegmentNames.segment("log", 100), data("behind a hole"));
        AppendablePackStore next = open();
        assertThat(next.seal("log")).isEqualTo(5);
        next.finish("log", 4);
        assertThat(next.size("log")).isEqualTo(4);
        assertThat(all(next, "log")).isEqualTo("whol");
        assertThat(all(open(), "log")).isEqualTo("whol");
    }

    private static ByteBuffer data(String text) {
        ByteBuffer head = new SegmentHeader(SegmentHeader.Kind.DATA, text.length()).encode();
        return ByteBuffer.allocate(head.remaining() + text.length())
                .put(head)
                .put(bytes(text))
                .flip();
    }

    @Test
    void aLaterPackIsThereOnlyWhenTheOneBeforeIsWhole() throws Exception {
        AppendablePackStore one = open();
        AppendablePackStore.Appender first = one.append("a");
        first.append(bytes("not synced"));
        AppendablePackStore.Appender second = one.append("b");
        second.append(bytes("second"));
        second.sync();
        assertThat(all(open(), "a")).isEqualTo("not synced");
        assertThat(all(open(), "b")).isEqualTo("second");
    }

    @Test
    void longAppendsGoInManySegmentsAndComeBackInAnyRange() throws Exception {
        byte[] all = new byte[11 << 20];
        new Random(5).nextBytes(all);
        AppendablePackStore one = open();
        AppendablePackStore.Appender log = one.append("log");
        log.append(ByteBuffer.wrap(all, 0, 3 << 20), ByteBuffer.wrap(all, 3 << 20, 5));
        log.append(ByteBuffer.wrap(all, (3 << 20) + 5, all.length - (3 << 20) - 5));
        ranges(one, all);
        log.sync();
        ranges(one, all);
        ranges(open(), all);
        assertThat(shared.list("log/", "", 100)).hasSizeGreaterThan(3);
    }

    private static void ranges(AppendablePackStore store, byte[] all) throws IOException {
        for (int offset : new int[] {0, 4_194_300, 4_194_304, 8_000_000, all.length - 10}) {
            ByteBuffer into = ByteBuffer.allocate(1 << 20);
            int count = store.read("log", offset, into);
            assertThat(count).isEqualTo(Math.min(1 << 20, all.length - offset));
            assertThat(into.flip()).isEqualTo(ByteBuffer.wrap(all, offset, count));
        }
    }

    @Test
    void aDeletedPackLeavesNothing() throws Exception {
        AppendablePackStore one = open();
        AppendablePackStore.Appender log = one.append("log");
        log.append(bytes("some"));
        log.close();
        one.seal("log");
        one.finish("log", 4);
        assertThat(one.delete("log")).isTrue();
        assertThat(one.delete("log")).isFalse();
        assertThat(shared.list("", "", 10)).isEmpty();
        assertThat(one.size("log")).isEqualTo(-1);
    }

    @Test
    void aDamagedHeadIsRefused() throws Exception {
        AppendablePackStore.Appender log = open().append("log");
        log.append(bytes("some"));
        log.sync();
        shared.delete(SegmentNames.segment("log", 0));
        shared.put(SegmentNames.segment("log", 0), ByteBuffer.allocate(28));
        assertThatThrownBy(() -> open().size("log"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged");
    }
}
