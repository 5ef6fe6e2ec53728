package pfs.pack;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts what is asked of a store. */
public final class CountingPackStore extends ForwardingPackStore {
    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicInteger calls = new AtomicInteger();

    public CountingPackStore(PackStore store) {
        super(store);
    }

    @Override
    protected PackStore store() {
        calls.incrementAndGet();
        return super.store();
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

    /** How often anything was asked, reads too. */
    public int calls() {
        return calls.get();
    }
}
