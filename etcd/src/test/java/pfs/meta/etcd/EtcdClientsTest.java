package pfs.meta.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.Client;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Clients of an etcd that nobody has started, by a clock that the test moves. */
class EtcdClientsTest {
    private static final long SILENCE = 3_000_000_000L;

    private final AtomicLong nanos = new AtomicLong(-1);
    private final AtomicInteger opened = new AtomicInteger();

    private EtcdClients clients() {
        return new EtcdClients(
                () -> {
                    opened.incrementAndGet();
                    return Client.builder().endpoints("http://127.0.0.1:1").build();
                },
                Duration.ofNanos(SILENCE),
                nanos::get);
    }

    @Test
    void aClientThatAnswersNothingIsReplaced() {
        try (EtcdClients clients = clients()) {
            Client first = clients.now();
            nanos.addAndGet(SILENCE - 1);
            clients.silent(first);
            assertThat(clients.now()).isSameAs(first);
            nanos.addAndGet(1);
            clients.silent(first);
            assertThat(clients.now()).isNotSameAs(first);
            assertThat(opened).hasValue(2);
        }
    }

    @Test
    void theNewOneHasItsOwnTime() {
        try (EtcdClients clients = clients()) {
            Client first = clients.now();
            nanos.addAndGet(SILENCE);
            clients.silent(first);
            Client second = clients.now();
            nanos.addAndGet(SILENCE - 1);
            clients.silent(second);
            clients.silent(first);
            assertThat(clients.now()).isSameAs(second);
        }
    }

    @Test
    void anAnswerMakesItStay() {
        try (EtcdClients clients = clients()) {
            Client first = clients.now();
            nanos.addAndGet(SILENCE);
            clients.answered(first);
            clients.silent(first);
            assertThat(clients.now()).isSameAs(first);
        }
    }

    @Test
    void anAnswerOfAnotherSaysNothing() {
        try (EtcdClients clients = clients();
                Client other = Client.builder().endpoints("http://127.0.0.1:1").build()) {
            nanos.addAndGet(SILENCE);
            clients.answered(other);
            clients.silent(clients.now());
            assertThat(opened).hasValue(2);
        }
    }

    @Test
    void whatIsClosedStaysClosed() {
        EtcdClients clients = clients();
        clients.close();
        nanos.addAndGet(SILENCE);
        clients.silent(clients.now());
        assertThat(opened).hasValue(1);
    }
}
