package pfs.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/** What every {@link Disk} does. */
public abstract class DiskContract {
    /** An empty disk. */
    protected abstract Disk disk() throws Exception;

    protected static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    protected static String read(DiskFile file, long offset, int length) throws Exception {
        ByteBuffer into = ByteBuffer.allocate(length);
        int n = file.read(into, offset);
        return n < 0 ? "(end)" : new String(into.array(), 0, n, UTF_8);
    }

    @Test
    void writesPartsBehindEachOtherAndReadsAnywhere() throws Exception {
        Disk disk = disk();
        try (DiskFile file = disk.open("a", Disk.Mode.WRITE)) {
            file.write(0, bytes("one "), bytes("two "), bytes("three"));
            file.write(4, bytes("TWO"));
            file.sync();
            assertThat(read(file, 0, 100)).isEqualTo("one TWO three");
            assertThat(read(file, 4, 3)).isEqualTo("TWO");
            assertThat(read(file, 13, 3)).isEqualTo("(end)");
            assertThat(file.size()).isEqualTo(13);
        }
        assertThat(disk.size("a")).isEqualTo(13);
    }

    @Test
    void aReaderSeesWhatAWriterAppends() throws Exception {
        Disk disk = disk();
        try (DiskFile writer = disk.open("a", Disk.Mode.WRITE);
                DiskFile reader = disk.open("a", Disk.Mode.READ)) {
            assertThat(read(reader, 0, 9)).isEqualTo("(end)");
            writer.write(0, bytes("seen"));
            assertThat(read(reader, 0, 9)).isEqualTo("seen");
            writer.truncate(2);
            assertThat(read(reader, 0, 9)).isEqualTo("se");
        }
    }

    @Test
    void aMissingFileIsNamed() throws Exception {
        Disk disk = disk();
        assertThatThrownBy(() -> disk.open("no", Disk.Mode.READ))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("no");
        assertThat(disk.size("no")).isEqualTo(-1);
        assertThat(disk.delete("no")).isFalse();
        assertThat(disk.list("no")).isEmpty();
    }

    @Test
    void renameTakesThePlaceOfWhatWasThere() throws Exception {
        Disk disk = disk();
        disk.makeDirectories("x/y");
        for (String name : new String[] {"new", "x/y/old"}) {
            try (DiskFile file = disk.open(name, Disk.Mode.WRITE)) {
                file.write(0, bytes(name));
            }
        }
        disk.rename("new", "x/y/old");
        disk.syncDirectory("x/y");
        assertThat(disk.size("new")).isEqualTo(-1);
        try (DiskFile file = disk.open("x/y/old", Disk.Mode.READ)) {
            assertThat(read(file, 0, 10)).isEqualTo("new");
        }
        assertThatThrownBy(() -> disk.rename("new", "x/y/old"))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void listsNamesInOrderWithDirectoriesMarked() throws Exception {
        Disk disk = disk();
        disk.makeDirectories("d/e/f");
        disk.makeDirectories("d/e/f");
        for (String name : new String[] {"d/b", "d/a", "d/e/z"}) {
            disk.open(name, Disk.Mode.WRITE).close();
        }
        assertThat(disk.list("d")).containsExactly("a", "b", "e/");
        assertThat(disk.list("")).containsExactly("d/");
        assertThat(disk.delete("d/a")).isTrue();
        assertThat(disk.list("d")).containsExactly("b", "e/");
    }

    @Test
    void onlyOneHasTheLock() throws Exception {
        Disk disk = disk();
        Disk.Lock lock = disk.lock("lock");
        assertThatThrownBy(() -> disk.lock("lock"))
                .isInstanceOfSatisfying(
                        PfsException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(ErrorCode.BUSY);
                            assertThat(e)
                                    .hasMessageContaining(
                                            "process " + ProcessHandle.current().pid());
                        });
        lock.close();
        disk.lock("lock").close();
    }

    @Test
    void saysHowMuchRoomIsLeft() throws Exception {
        assertThat(disk().freeSpace()).isPositive();
    }
}
