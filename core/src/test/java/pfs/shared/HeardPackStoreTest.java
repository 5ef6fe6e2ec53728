package pfs.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.pack.ForwardingPackStore;
import pfs.pack.MemoryPackStore;
import pfs.pack.PackStore;
import pfs.pack.PackStoreContract;

class HeardPackStoreTest extends PackStoreContract {
    private final AtomicLong nanos = new AtomicLong(-5);
    private final Broken broken = new Broken();
    private final HeardPackStore heard = new HeardPackStore(broken, nanos::get);

    @Override
    protected PackStore open() {
        return new HeardPackStore(new MemoryPackStore(), System::nanoTime);
    }

    /** Fails when it is told to, and waits before it takes a put. */
    private static final class Broken extends ForwardingPackStore {
        private final CountDownLatch asked = new CountDownLatch(1);
        private volatile CountDownLatch open = new CountDownLatch(0);
        private volatile boolean fails;

        Broken() {
            super(new MemoryPackStore());
        }

        @Override
        protected PackStore store() {
            if (fails) {
                throw new PfsException(ErrorCode.ENGINE_UNAVAILABLE, "nothing was heard");
            }
            return super.store();
        }

        @Override
        public boolean put(String name, ByteBuffer... parts) throws IOException {
            asked.countDown();
            try {
                open.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return super.put(name, parts);
        }
    }

    private static ByteBuffer bytes() {
        return ByteBuffer.wrap(new byte[] {1, 2, 3});
    }

    @Test
    void silenceBeginsWithTheFirstCallThatIsNotAnswered() throws IOException {
        nanos.set(100);
        assertThat(heard.silence()).isZero();
        assertThat(heard.unheard()).isEqualTo(Duration.ofNanos(105));
        heard.put("a", bytes());
        assertThat(heard.unheard()).isZero();
        broken.fails = true;
        nanos.set(200);
        assertThatThrownBy(() -> heard.size("a")).isInstanceOf(PfsException.class);
        nanos.set(300);
        assertThatThrownBy(() -> heard.put("b", bytes())).isInstanceOf(PfsException.class);
        assertThat(heard.silence()).isEqualTo(Duration.ofNanos(100));
        assertThat(heard.unheard()).isEqualTo(Duration.ofNanos(200));
        broken.fails = false;
        assertThatThrownBy(() -> heard.read("none", 0, bytes()))
                .as("that there is none is an answer")
                .isInstanceOf(NoSuchFileException.class);
        assertThat(heard.silence()).isZero();
    }

    @Test
    void anAnswerBeginsTheSilenceOfWhatStillWaitsAnew() throws Exception {
        broken.open = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            nanos.set(0);
            Future<Boolean> put = threads.submit(() -> heard.put("a", bytes()));
            broken.asked.await();
            nanos.set(10);
            assertThat(heard.silence()).isEqualTo(Duration.ofNanos(10));
            heard.size("a");
            nanos.set(15);
            assertThat(heard.silence()).isEqualTo(Duration.ofNanos(5));
            broken.open.countDown();
            assertThat(put.get()).isTrue();
            assertThat(heard.silence()).isZero();
        }
    }

    @Test
    void putsThatWaitAreGivenUpAndReadsGoOn() throws Exception {
        broken.open = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Boolean> put = threads.submit(() -> heard.put("a", bytes()));
            broken.asked.await();
            heard.refusePuts(true);
            assertThatThrownBy(put::get).hasCauseInstanceOf(PfsException.class);
            assertThatThrownBy(() -> heard.put("b", bytes())).isInstanceOf(PfsException.class);
            assertThat(heard.size("b")).isEqualTo(-1);
            broken.open.countDown();
            heard.refusePuts(false);
            assertThat(heard.put("c", bytes())).isTrue();
        }
    }
}
