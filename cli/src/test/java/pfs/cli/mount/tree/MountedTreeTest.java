package pfs.cli.mount.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import pfs.cli.mount.fuse.Attributes;
import pfs.cli.mount.fuse.Errno;
import pfs.cli.mount.fuse.FileSystem;
import pfs.cli.mount.fuse.FuseException;

/** The file system as the kernel asks for it. */
class MountedTreeTest {
    private static final Owner OWNER = new Owner(1000, 100, 027);
    private static final Version COMMIT =
            new Version.Fixed("commit", "0".repeat(64), Instant.ofEpochSecond(99));
    private static final Version BRANCH = new Version.Following("master", null);

    private final MemorySource source = new MemorySource();

    private MountedTree mounted(Version version) {
        return MountedTree.of(source, version, OWNER, 0);
    }

    private static void fails(Errno errno, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        FuseException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }

    @Test
    void attributesAreThoseThatGetWouldSet() throws IOException {
        source.put("dir/run.sh", new byte[10]);
        source.put("dir/text", new byte[20]);
        MountedTree tree = mounted(COMMIT);
        assertThat(tree.attributes("dir/run.sh"))
                .isEqualTo(new Attributes(false, 0750, 10, 1_000_000_000L, 1000, 100));
        assertThat(tree.attributes("dir/text").permissions()).isEqualTo(0640);
        assertThat(tree.attributes("dir")).isEqualTo(new Attributes(true, 0750, 0, 99, 1000, 100));
        assertThat(tree.attributes("").directory()).isTrue();
        fails(Errno.ENOENT, () -> tree.attributes("none"));
        fails(Errno.ENOENT, () -> tree.open("none"));
        fails(Errno.EISDIR, () -> tree.open("dir"));
        fails(Errno.EBADF, () -> tree.read(99, 0, ByteBuffer.allocate(1)));
        assertThat(new Owner(0, 0, 022).file(true)).isEqualTo(0755);
        assertThat(new Owner(0, 0, 077).file(true)).isEqualTo(0700);
    }

    @Test
    void aLargeDirectoryIsListedInSmallPieces() throws IOException {
        List<String> names = IntStream.range(0, 12_345).mapToObj("%05d"::formatted).toList();
        names.forEach(name -> source.put("large/" + name, new byte[0]));
        MountedTree tree = mounted(BRANCH);
        long handle = tree.openDirectory("large").handle();
        List<String> listed = new ArrayList<>();
        for (long offset = 0; ; ) {
            List<Long> ends = new ArrayList<>();
            tree.list(handle, offset, piece(listed, ends, 37));
            if (ends.isEmpty()) {
                break;
            }
            offset = ends.getLast();
        }
        assertThat(listed.subList(0, 2)).containsExactly(".", "..");
        assertThat(listed.subList(2, listed.size())).isEqualTo(names);
        assertThat(source.lists).as("pages of 100").hasValue(124);
        assertThat(tree.attributes("large/12344").directory()).isFalse();
        assertThat(source.finds).as("what was listed is known").hasValue(0);
    }

    /** Takes so many entries and no more, as the kernel's buffer does. */
    private static FileSystem.Filler piece(List<String> names, List<Long> ends, int room) {
        return (name, attributes, next) -> {
            if (ends.size() == room) {
                return false;
            }
            names.add(name);
            ends.add(next);
            return true;
        };
    }

    @Test
    void namesThatLeadOutAreRefused() throws IOException {
        for (String name : List.of("..", ".", "a\0b")) {
            source.put("dir/" + name, new byte[10]);
            MountedTree tree = mounted(BRANCH);
            long handle = tree.openDirectory("dir").handle();
            assertThatThrownBy(
                            () ->
                                    tree.list(
                                            handle,
                                            0,
                                            piece(new ArrayList<>(), new ArrayList<>(), 9)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("which is refused");
            source.remove("dir/" + name);
        }
    }

    @Test
    void aReaderMayGoBackInADirectory() throws IOException {
        IntStream.range(0, 1_000).forEach(n -> source.put("%04d".formatted(n), new byte[0]));
        MountedTree tree = mounted(COMMIT);
        long handle = tree.openDirectory("").handle();
        for (int number : new int[] {0, 999, 850, 801, 5, 450, 349, 999, 0}) {
            List<String> names = new ArrayList<>();
            tree.list(handle, number + 2L, piece(names, new ArrayList<>(), 1));
            assertThat(names).containsExactly("%04d".formatted(number));
        }
    }

    @Test
    void ofACommitNothingIsAskedTwice() throws IOException {
        source.put("file", new byte[10]);
        MountedTree tree = mounted(COMMIT);
        tree.attributes("file");
        FileSystem.Opened opened = tree.open("file");
        assertThat(opened.lasting()).isTrue();
        tree.read(opened.handle(), 0, ByteBuffer.allocate(10));
        source.away = true;
        assertThat(tree.attributes("file").size()).isEqualTo(10);
        assertThat(tree.read(tree.open("file").handle(), 0, ByteBuffer.allocate(10))).isEqualTo(10);
        assertThat(source.finds).hasValue(1);
        assertThat(source.blocksRead()).isEqualTo(1);
    }

    @Test
    void anOpenOfABranchGetsWhatIsThereNow() throws IOException {
        source.put("file", new byte[10]);
        MountedTree tree = mounted(BRANCH);
        assertThat(tree.attributes("file").size()).isEqualTo(10);
        source.put("file", new byte[] {1, 2, 3});
        FileSystem.Opened opened = tree.open("file");
        assertThat(opened.lasting()).isFalse();
        assertThat(tree.read(opened.handle(), 0, ByteBuffer.allocate(10))).isEqualTo(3);
        assertThat(tree.attributes("file").size()).isEqualTo(3);
        source.remove("file");
        fails(Errno.ENOENT, () -> tree.open("file"));
        fails(Errno.ENOENT, () -> tree.attributes("file"));
    }

    @Test
    void aSourceThatIsAwayComesBack() throws IOException {
        source.put("file", new byte[10]);
        MountedTree tree = mounted(BRANCH);
        long handle = tree.open("file").handle();
        source.away = true;
        assertThatThrownBy(() -> tree.read(handle, 0, ByteBuffer.allocate(10)))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> tree.open("file")).isInstanceOf(IOException.class);
        source.away = false;
        assertThat(tree.read(handle, 0, ByteBuffer.allocate(10))).isEqualTo(10);
        tree.close(handle);
        fails(Errno.EBADF, () -> tree.read(handle, 0, ByteBuffer.allocate(1)));
    }

    @Test
    void spaceIsTheSumOfAll() throws IOException {
        source.put("a", new byte[10]);
        source.put("b", new byte[20]);
        assertThat(mounted(COMMIT).space().bytes()).isEqualTo(30);
    }
}
