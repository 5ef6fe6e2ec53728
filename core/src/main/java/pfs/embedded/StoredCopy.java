package pfs.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.object.ObjectSource;
import pfs.repo.Settings;

/** Another data directory, that no server has open, as a source of objects. */
public final class StoredCopy implements ObjectSource {
    private final EmbeddedStore store;

    /**
     * @throws PfsException BUSY if a server has it open
     */
    public StoredCopy(Path directory) throws IOException {
        this.store = EmbeddedStore.open(directory, InstantSource.system(), Settings.standard());
    }

    @Override
    public Optional<byte[]> fetch(ObjectId id) {
        try {
            return Optional.of(store.journal().read(id, ObjectKind.CHUNK));
        } catch (PfsException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        try {
            store.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
