package pfs.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import pfs.chunk.Content;
import pfs.chunk.ContentStore;
import pfs.chunk.ContentWriter;
import pfs.chunk.ShortContent;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectKind;
import pfs.tree.FileEntry;

/** Short files, whose chunk the write stores. */
class ShortFilesTest {
    private static final String BRANCH = Repo.DEFAULT_BRANCH;

    private final MemoryStore store = new MemoryStore();

    @AfterEach
    void close() throws Exception {
        store.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private CompletableFuture<Written> tryPut(
            String branch, String path, ShortContent content, Precondition condition) {
        FileEntry entry = new FileEntry(content.content(), false, 1, null, Map.of());
        return store.repo().tryPut(branch, path, entry, condition, content);
    }

    /** A branch is in memory once it was looked at. */
    private void load() {
        assertThat(store.repo().head(BRANCH)).isEmpty();
    }

    @Test
    void theContentIsThatOfAWriterAndIsThereWhenTheWriteIs() {
        load();
        ShortContent content = store.repos().prepare(bytes("some bytes"));
        assertThat(store.journal().contains(content.content().id())).isFalse();
        Written written = tryPut(BRANCH, "f", content, Precondition.NONE).join();
        assertThat(written.created()).isTrue();
        assertThat(store.journal().read(content.content().id(), ObjectKind.CHUNK))
                .isEqualTo(bytes("some bytes"));
        try (ContentWriter writer = store.repos().newContent()) {
            writer.write(ByteBuffer.wrap(bytes("some bytes")));
            Content same = writer.finish();
            assertThat(same).isEqualTo(content.content());
        }
    }

    @Test
    void whatMayBeThereAndWhatIsNotShortIsLeftToAWriter() {
        load();
        byte[] known = bytes("known");
        tryPut(BRANCH, "f", store.repos().prepare(known), Precondition.NONE).join();
        assertThat(store.repos().prepare(known)).isNull();
        store.journal().catchUp();
        assertThat(store.repos().prepare(known)).isNull();
        assertThat(store.repos().prepare(new byte[ContentStore.SHORT])).isNotNull();
        assertThat(store.repos().prepare(new byte[ContentStore.SHORT + 1])).isNull();
        assertThat(store.repos().prepare(bytes("pfsm and more"))).isNull();
    }

    @Test
    void aRefusedWriteStoresNothing() {
        load();
        ShortContent first = store.repos().prepare(bytes("first"));
        tryPut(BRANCH, "f", first, Precondition.NONE).join();
        ShortContent second = store.repos().prepare(bytes("second"));
        CompletableFuture<Written> refused = tryPut(BRANCH, "f", second, new Precondition.Create());
        assertThatThrownBy(refused::join)
                .cause()
                .isInstanceOfSatisfying(
                        PfsException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.EXISTS));
        assertThat(store.journal().contains(second.content().id())).isFalse();
    }

    @Test
    void aBranchThatIsNotInMemoryOrTakesMergesOnlyIsLeftToTheLongWay() {
        ShortContent content = store.repos().prepare(bytes("bytes"));
        assertThat(tryPut("none", "f", content, Precondition.NONE)).isNull();
        assertThat(tryPut("jobs/j", "f", content, Precondition.NONE)).isNull();
        assertThat(store.journal().contains(content.content().id())).isFalse();
    }
}
