package pfs.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What every {@link AppendablePackStore} does besides. */
public abstract class AppendablePackStoreContract extends PackStoreContract {
    @Override
    protected abstract AppendablePackStore open() throws Exception;

    private AppendablePackStore appendable() throws Exception {
        return (AppendablePackStore) store();
    }

    @Test
    void whatIsAppendedIsReadAtOnce() throws Exception {
        AppendablePackStore store = appendable();
        try (AppendablePackStore.Appender log = store.append("j/log")) {
            assertThat(store.size("j/log")).isZero();
            assertThat(store.list("", "", 10)).containsExactly("j/log");
            log.append(bytes("one"), bytes(" two"));
            assertThat(log.size()).isEqualTo(7);
            assertThat(read(store, "j/log", 0, 100)).isEqualTo("one two");
            log.append(ByteBuffer.allocate(0));
            log.append(bytes("!"));
            log.sync();
            assertThat(read(store, "j/log", 4, 100)).isEqualTo("two!");
        }
    }

    @Test
    void appendingGoesOnWhereItEnded() throws Exception {
        AppendablePackStore store = appendable();
        try (AppendablePackStore.Appender log = store.append("log")) {
            log.append(bytes("first"));
        }
        try (AppendablePackStore.Appender log = store.append("log")) {
            assertThat(log.size()).isEqualTo(5);
            log.append(bytes(" second"));
        }
        assertThat(read(store, "log", 0, 100)).isEqualTo("first second");
    }

    @Test
    void aTornTailIsCutOff() throws Exception {
        AppendablePackStore store = appendable();
        try (AppendablePackStore.Appender log = store.append("log")) {
            log.append(bytes("whole torn"));
            log.truncate(5);
            assertThat(log.size()).isEqualTo(5);
            assertThat(read(store, "log", 0, 100)).isEqualTo("whole");
            assertThatThrownBy(() -> log.truncate(6)).isInstanceOf(IllegalArgumentException.class);
            log.append(bytes("some"));
        }
        assertThat(read(store, "log", 0, 100)).isEqualTo("wholesome");
    }

    @Test
    void aNameHasOneAppender() throws Exception {
        AppendablePackStore store = appendable();
        try (AppendablePackStore.Appender _ = store.append("log")) {
            assertThatThrownBy(() -> store.append("log")).isInstanceOf(IllegalStateException.class);
        }
        store.append("log").close();
    }

    @Test
    void anAppendedNameIsTaken() throws Exception {
        AppendablePackStore store = appendable();
        store.append("log").close();
        assertThat(store.put("log", bytes("x"))).isFalse();
    }
}
