package pfs.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.disk.Disk;
import pfs.disk.DiskFile;
import pfs.disk.LocalDisk;
import pfs.disk.MemoryDisk;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

class LocalPackStoreTest extends AppendablePackStoreContract {
    @TempDir Path directory;

    @Override
    protected AppendablePackStore open() throws Exception {
        return new LocalPackStore(new LocalDisk(directory), "packs");
    }

    @Test
    void whatACrashLeftUnnamedGoesAtTheNextStart() throws Exception {
        Disk disk = new MemoryDisk();
        disk.makeDirectories("_new");
        try (DiskFile left = disk.open("_new/7", Disk.Mode.WRITE)) {
            left.write(0, bytes("half a blo"));
        }
        try (LocalPackStore store = new LocalPackStore(disk, "")) {
            assertThat(disk.list("_new")).isEmpty();
            store.put("a", bytes("whole"));
            assertThat(store.list("", "", 10)).containsExactly("a");
            assertThat(disk.list("")).containsExactly("_new/", "a");
        }
    }

    @Test
    void aFullDiskLeavesNothingBehindAndRecovers() throws Exception {
        Disk disk = new MemoryDisk(100);
        LocalPackStore store = new LocalPackStore(disk, "");
        AppendablePackStore.Appender log = store.append("log");
        log.append(ByteBuffer.allocate(60));
        assertThatThrownBy(() -> log.append(ByteBuffer.allocate(50)))
                .isInstanceOfSatisfying(
                        PfsException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL));
        assertThat(log.size()).isEqualTo(60);
        assertThat(store.size("log")).isEqualTo(60);
        assertThatThrownBy(() -> store.put("a", ByteBuffer.allocate(50)))
                .isInstanceOf(PfsException.class);
        assertThat(store.size("a")).isEqualTo(-1);
        assertThat(disk.list("_new")).isEmpty();
        log.append(ByteBuffer.allocate(40));
        assertThat(store.size("log")).isEqualTo(100);
    }

    @Test
    void keepsFewFilesOpenWhateverIsRead() throws Exception {
        Disk disk = new MemoryDisk();
        LocalPackStore store = new LocalPackStore(disk, "");
        OpenFiles files = new OpenFiles(disk, 8);
        for (int i = 0; i < 100; i++) {
            store.put("f" + i, bytes("text " + i));
        }
        for (int i = 0; i < 1000; i++) {
            try (OpenFiles.Use use = files.use("f" + i % 100)) {
                ByteBuffer into = ByteBuffer.allocate(20);
                assertThat(use.file().read(into, 0)).isPositive();
                assertThat(files.size()).isLessThanOrEqualTo(8);
            }
        }
        files.close();
        assertThat(files.size()).isZero();
    }
}
