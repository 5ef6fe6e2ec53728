package pfs.testing.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import pfs.disk.Disk;
import pfs.disk.DiskFile;

class LyingDiskTest {
    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    private static String text(Disk disk, String path) throws IOException {
        if (disk.size(path) < 0) {
            return "(none)";
        }
        try (DiskFile file = disk.open(path, Disk.Mode.READ)) {
            ByteBuffer into = ByteBuffer.allocate(100_000);
            file.read(into, 0);
            return new String(into.array(), 0, into.position(), UTF_8);
        }
    }

    @Test
    void whatWasNotSyncedIsGone() throws Exception {
        LyingDisk disk = new LyingDisk();
        DiskFile file = disk.open("a", Disk.Mode.WRITE);
        file.write(0, bytes("one"));
        file.sync();
        assertThat(text(disk.afterCrash(CrashState.NONE, new Random(1)), "a")).isEqualTo("(none)");
        disk.syncDirectory("");
        file.write(3, bytes(" two"));
        assertThat(text(disk, "a")).isEqualTo("one two");
        assertThat(text(disk.afterCrash(CrashState.NONE, new Random(1)), "a")).isEqualTo("one");
        assertThat(text(disk.afterCrash(CrashState.ALL, new Random(1)), "a")).isEqualTo("one two");
        assertThat(text(disk.afterCrash(CrashState.ZEROS, new Random(1)), "a"))
                .isEqualTo("one\0\0\0\0");
        disk.rename("a", "b");
        assertThat(text(disk.afterCrash(CrashState.NONE, new Random(1)), "a")).isEqualTo("one");
        assertThat(text(disk.afterCrash(CrashState.ALL, new Random(1)), "a")).isEqualTo("(none)");
    }

    @Test
    void aTornWriteLeavesAnyOfItsSectors() throws Exception {
        LyingDisk disk = new LyingDisk();
        DiskFile file = disk.open("a", Disk.Mode.WRITE);
        disk.syncDirectory("");
        file.write(0, bytes("x".repeat(3 * 512)));
        TreeSet<String> seen = new TreeSet<>();
        for (int seed = 0; seed < 200; seed++) {
            String left = text(disk.afterCrash(CrashState.TORN_SECTORS, new Random(seed)), "a");
            seen.add(left.replaceAll("x{512}", "x").replaceAll("\0{512}", "-"));
        }
        assertThat(seen).containsExactly("", "--x", "-x", "-xx", "x", "x-x", "xx", "xxx");
    }

    @Test
    void aSyncThatFailedHasLostItsBytesForGood() throws Exception {
        LyingDisk disk = new LyingDisk().fail(4, Fault.EIO);
        DiskFile file = disk.open("a", Disk.Mode.WRITE);
        disk.syncDirectory("");
        file.write(0, bytes("lost"));
        assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
        file.sync();
        assertThat(text(disk, "a")).isEqualTo("lost");
        assertThat(text(disk.afterCrash(CrashState.ALL, new Random(1)), "a")).isEmpty();
    }

    @Test
    void afterTheCrashNothingAnswers() throws Exception {
        LyingDisk disk = new LyingDisk().fail(2, Fault.CRASH);
        DiskFile file = disk.open("a", Disk.Mode.WRITE);
        assertThatThrownBy(() -> file.write(0, bytes("x"))).isInstanceOf(IOException.class);
        assertThat(disk.dead()).isTrue();
        assertThatThrownBy(() -> disk.size("a")).isInstanceOf(IOException.class);
    }
}
