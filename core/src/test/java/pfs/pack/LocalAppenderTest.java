package pfs.pack;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import pfs.disk.MemoryDisk;

class LocalAppenderTest {
    private static final int RECORD = 20_000;

    private final MemoryDisk disk = new MemoryDisk();

    private LocalPackStore open() throws Exception {
        return new LocalPackStore(disk, "");
    }

    private static ByteBuffer record(int number) {
        ByteBuffer record = ByteBuffer.allocate(RECORD);
        while (record.hasRemaining()) {
            record.put((byte) (1 + number));
        }
        return record.flip();
    }

    private static void appendAndSync(AppendablePackStore.Appender log, int from, int to)
            throws Exception {
        for (int i = from; i < to; i++) {
            log.append(record(i));
            log.sync();
        }
    }

    @Test
    void aRowOfShortSyncsHasTheFileGrowRarely() throws Exception {
        try (LocalPackStore store = open();
                AppendablePackStore.Appender log = store.append("log")) {
            appendAndSync(log, 0, 100);
            long length = disk.size("log");
            int grown = 0;
            for (int i = 100; i < 120; i++) {
                appendAndSync(log, i, i + 1);
                grown += disk.size("log") > length ? 1 : 0;
                length = disk.size("log");
            }
            assertThat(grown).isLessThanOrEqualTo(2);
            assertThat(log.size()).isEqualTo(120 * RECORD);
            assertThat(length).isBetween(log.size() + 1, log.size() + (1 << 20));
        }
    }

    @Test
    void whatLiesAheadIsZerosAndIsWrittenOver() throws Exception {
        try (LocalPackStore store = open();
                AppendablePackStore.Appender log = store.append("log")) {
            appendAndSync(log, 0, 40);
            ByteBuffer all = ByteBuffer.allocate((int) disk.size("log"));
            store.read("log", 0, all);
            all.flip();
            for (int at = 0; at < all.limit(); at++) {
                int record = at / RECORD;
                assertThat(all.get(at))
                        .as("%d", at)
                        .isEqualTo((byte) (record < 40 ? 1 + record : 0));
            }
        }
    }

    @Test
    void aFinishedBlobIsAsLongAsWhatWasAppended() throws Exception {
        try (LocalPackStore store = open();
                AppendablePackStore.Appender log = store.append("log")) {
            appendAndSync(log, 0, 40);
            assertThat(disk.size("log")).isGreaterThan(40 * RECORD);
            log.finish();
            assertThat(store.size("log")).isEqualTo(40 * RECORD);
        }
    }

    @Test
    void aClosedBlobIsAsLongAsWhatWasAppended() throws Exception {
        try (LocalPackStore store = open()) {
            try (AppendablePackStore.Appender log = store.append("log")) {
                appendAndSync(log, 0, 40);
            }
            assertThat(store.size("log")).isEqualTo(40 * RECORD);
        }
    }

    @Test
    void longAppendsHaveNoZerosAhead() throws Exception {
        try (LocalPackStore store = open();
                AppendablePackStore.Appender log = store.append("log")) {
            for (int i = 0; i < 40; i++) {
                for (int part = 0; part < 10; part++) {
                    log.append(record(i));
                }
                log.sync();
                assertThat(disk.size("log")).isEqualTo(log.size());
            }
        }
    }

    @Test
    void aDiskWithoutRoomForZerosTakesWhatFits() throws Exception {
        MemoryDisk small = new MemoryDisk(50 * RECORD);
        try (LocalPackStore store = new LocalPackStore(small, "");
                AppendablePackStore.Appender log = store.append("log")) {
            appendAndSync(log, 0, 50);
            assertThat(log.size()).isEqualTo(50 * RECORD);
            assertThat(small.size("log")).isEqualTo(50 * RECORD);
        }
    }
}
