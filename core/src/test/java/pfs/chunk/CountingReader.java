package pfs.chunk;

import java.util.concurrent.atomic.AtomicInteger;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.object.ObjectReader;

/** Counts what is read. */
final class CountingReader implements ObjectReader {
    final AtomicInteger reads = new AtomicInteger();
    private final ObjectReader objects;

    CountingReader(ObjectReader objects) {
        this.objects = objects;
    }

    @Override
    public byte[] read(ObjectId id, ObjectKind kind) {
        reads.incrementAndGet();
        return objects.read(id, kind);
    }

    @Override
    public boolean contains(ObjectId id) {
        return objects.contains(id);
    }
}
