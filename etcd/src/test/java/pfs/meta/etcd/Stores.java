package pfs.meta.etcd;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.options.GetOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** Opens stores for tests, which wait as long as a stalled machine may need. */
final class Stores {
    private static final Duration ATTEMPT = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private Stores() {}

    static EtcdMetaStore open(EtcdAddress address) {
        return open(address, InstantSource.system());
    }

    static EtcdMetaStore open(EtcdAddress address, InstantSource clock) {
        return new EtcdMetaStore(address, ATTEMPT, PATIENCE, new SecureRandom(), clock);
    }

    static EtcdMetaStore impatient(EtcdAddress address) {
        return new EtcdMetaStore(
                address,
                Duration.ofMillis(500),
                Duration.ofSeconds(1),
                new SecureRandom(),
                InstantSource.system());
    }

    /** The receipts that lie in etcd. */
    static List<KeyValue> receipts(EtcdAddress address) throws Exception {
        ByteSequence all = new EtcdKeys(address.prefix()).receipt("");
        try (Client client = Client.builder().endpoints(address.members()).build()) {
            GetOption option = GetOption.builder().withRange(EtcdKeys.past(all)).build();
            return client.getKVClient().get(all, option).get().getKvs();
        }
    }
}
