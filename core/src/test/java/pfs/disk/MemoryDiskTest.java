package pfs.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

class MemoryDiskTest extends DiskContract {
    @Override
    protected Disk disk() {
        return new MemoryDisk();
    }

    @Test
    void isFullWhenItsCapacityIsUsed() throws Exception {
        DiskFile file = new MemoryDisk(10).open("a", Disk.Mode.WRITE);
        file.write(0, bytes("0123456789"));
        assertThatThrownBy(() -> file.write(10, bytes("x")))
                .isInstanceOfSatisfying(
                        PfsException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL));
        file.truncate(5);
        file.write(5, bytes("56789"));
        assertThat(read(file, 0, 10)).isEqualTo("0123456789");
    }
}
