package pfs.shared;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.Key;
import pfs.meta.MetaStore;
import pfs.pack.PackStore;

/**
 * Which metadata and which packs belong together: an id that both have, drawn by the first who
 * leads. Without it a mistyped bucket would be written to as if it were the store's own, and an
 * empty metadata store would make garbage of all that is in the bucket.
 *
 * <p>The packs get it first: a crash in between leaves an id and no packs, which the next leader
 * takes over.
 */
final class Pairing {
    /** Its value is the id. */
    static final Key KEY = Key.of("store");

    /** Has the id in ASCII. */
    static final String BLOB = "store.id";

    private static final int BYTES = 16;
    private static final int PAGE = 1000;

    private Pairing() {}

    /**
     * Refuses metadata and packs of which one is known to belong elsewhere. Changes nothing.
     *
     * @throws PfsException STOPPED if so; ENGINE_UNAVAILABLE
     */
    static void verify(MetaStore meta, PackStore packs) throws IOException {
        verify(ofMetadata(meta), ofPacks(packs), packs);
    }

    private static void verify(@Nullable String known, @Nullable String found, PackStore packs)
            throws IOException {
        if (known != null && found == null) {
            throw refused(
                    "the metadata are those of the store "
                            + known
                            + ", and where --store points there is nothing of it: is the bucket or"
                            + " the prefix another one?");
        }
        if (known != null && !known.equals(found)) {
            throw refused(
                    "the metadata are those of the store "
                            + known
                            + ", and where --store points are the packs of the store "
                            + found
                            + ": they do not belong together");
        }
        if (known == null && found != null && hasPacks(packs)) {
            throw refused(
                    "where --store points are the packs of the store "
                            + found
                            + ", and the metadata at --meta are not those of it: with these, all"
                            + " that is there would count as garbage");
        }
    }

    private static PfsException refused(String why) {
        return new PfsException(ErrorCode.STOPPED, why);
    }

    /**
     * The id of both, which is given to them if they have none.
     *
     * @param meta of the leader: a batch of who does not lead any more fails
     * @throws PfsException STOPPED if they do not belong together
     */
    static String agree(MetaStore meta, PackStore packs, RandomGenerator random)
            throws IOException {
        @Nullable String known = ofMetadata(meta);
        @Nullable String found = ofPacks(packs);
        verify(known, found, packs);
        if (known != null) {
            return known;
        }
        String id = found != null ? found : give(packs, random);
        if (!meta.commit(new Batch().require(KEY, Batch.ABSENT).put(KEY, Bytes.of(id)))) {
            throw new IOException("another server names the store at this moment");
        }
        return id;
    }

    private static String give(PackStore packs, RandomGenerator random) throws IOException {
        byte[] drawn = new byte[BYTES];
        random.nextBytes(drawn);
        String id = HexFormat.of().formatHex(drawn);
        if (!packs.put(BLOB, ByteBuffer.wrap(id.getBytes(StandardCharsets.US_ASCII)))) {
            throw new IOException("another server names the packs at this moment");
        }
        return id;
    }

    private static @Nullable String ofMetadata(MetaStore meta) {
        Optional<MetaStore.Versioned> value = meta.get(KEY);
        return value.isEmpty()
                ? null
                : new String(value.get().value().array(), StandardCharsets.US_ASCII);
    }

    private static @Nullable String ofPacks(PackStore packs) throws IOException {
        if (packs.size(BLOB) < 0) {
            return null;
        }
        ByteBuffer id = ByteBuffer.allocate(2 * BYTES);
        packs.read(BLOB, 0, id);
        return StandardCharsets.US_ASCII.decode(id.flip()).toString();
    }

    private static boolean hasPacks(PackStore packs) throws IOException {
        List<String> names = packs.list("", "", PAGE);
        return names.stream().anyMatch(name -> name.contains(".pack"));
    }
}
