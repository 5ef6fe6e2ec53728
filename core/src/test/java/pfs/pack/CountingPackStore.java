package pfs.pack;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts what is read of a store. */
public final class CountingPackStore extends ForwardingPackStore {
    private final AtomicInteger reads = new AtomicInteger();

    public CountingPackStore(PackStore store) {
        super(store);
    }

    @Override
    public int read(String name, long offset, ByteBuffer into) throws IOException {
        reads.incrementAndGet();
        return super.read(name, offset, into);
    }

    /** How often something was read. */
    public int reads() {
        return reads.get();
    }
}
