package pfs.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

class LocalDiskTest extends DiskContract {
    @TempDir Path directory;

    @Override
    protected Disk disk() throws Exception {
        return new LocalDisk(directory.resolve("disk/below"));
    }

    @Test
    void anInterruptedThreadStillReadsWritesAndSyncs() throws Exception {
        try (DiskFile file = disk().open("a", Disk.Mode.WRITE)) {
            Thread.currentThread().interrupt();
            file.write(0, bytes("still "), bytes("here"));
            assertThat(read(file, 0, 20)).isEqualTo("still here");
            file.sync();
            file.truncate(5);
            assertThat(file.size()).isEqualTo(5);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void interruptsOfOneReaderHarmNoOther() throws Exception {
        try (DiskFile file = disk().open("a", Disk.Mode.WRITE)) {
            file.write(0, ByteBuffer.allocate(1 << 16));
            AtomicBoolean stop = new AtomicBoolean();
            AtomicReference<Throwable> failure = new AtomicReference<>();
            List<Thread> readers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                readers.add(
                        Thread.ofVirtual()
                                .start(
                                        () -> {
                                            try {
                                                while (!stop.get()) {
                                                    ByteBuffer into = ByteBuffer.allocate(1 << 16);
                                                    assertThat(file.read(into, 0))
                                                            .isEqualTo(1 << 16);
                                                }
                                            } catch (Throwable e) {
                                                failure.set(e);
                                            }
                                        }));
            }
            for (int i = 0; i < 300; i++) {
                readers.get(i % 2).interrupt();
                TimeUnit.MICROSECONDS.sleep(100);
            }
            stop.set(true);
            for (Thread reader : readers) {
                reader.join();
            }
            assertThat(failure).hasNullValue();
        }
    }

    @Test
    void aClosedFileStaysClosed() throws Exception {
        DiskFile file = disk().open("a", Disk.Mode.WRITE);
        file.close();
        assertThatThrownBy(() -> file.write(0, bytes("x"))).isInstanceOf(IOException.class);
    }

    @Test
    void aFullDiskIsToldFromOtherFailures() throws Exception {
        Path full = Path.of("/dev/full");
        Assumptions.assumeTrue(Files.exists(full), "there is no /dev/full here");
        Files.createSymbolicLink(directory.resolve("full"), full);
        Disk disk = new LocalDisk(directory);
        try (DiskFile file = disk.open("full", Disk.Mode.WRITE)) {
            assertThatThrownBy(() -> file.write(0, bytes("x")))
                    .isInstanceOfSatisfying(
                            PfsException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL));
        }
    }

    @Test
    void theLockNamesTheDirectoryAndTheProcessThatHasIt() throws Exception {
        Disk disk = disk();
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process other =
                new ProcessBuilder(
                                java.toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                LockHolder.class.getName(),
                                directory.resolve("disk/below").toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try {
            assertThat(other.inputReader().readLine()).isEqualTo("locked");
            assertThatThrownBy(() -> disk.lock("lock"))
                    .isInstanceOf(PfsException.class)
                    .hasMessageContaining(directory.resolve("disk/below").toRealPath().toString())
                    .hasMessageContaining("process " + other.pid());
        } finally {
            other.destroyForcibly().waitFor();
        }
        disk.lock("lock").close();
    }

    /** Takes the lock of the directory given and waits to be killed. */
    static final class LockHolder {
        private LockHolder() {}

        public static void main(String[] arguments) throws Exception {
            new LocalDisk(Path.of(arguments[0])).lock("lock");
            System.out.println("locked");
            Thread.sleep(60_000);
        }
    }
}
