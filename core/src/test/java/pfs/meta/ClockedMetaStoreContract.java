package pfs.meta;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a {@link MetaStore} does whose leases run by the clock that it was given. */
public abstract class ClockedMetaStoreContract extends MetaStoreContract {
    @Test
    void aLeaseLastsFromItsLastRenewalOn() throws Exception {
        MetaStore store = store();
        Key name = Key.of("gc");
        MetaStore.Lease a = store.lease(name, "a", 1000).orElseThrow();
        pass(900);
        assertThat(store.lease(name, "a", 1000)).contains(a);
        pass(999);
        assertThat(store.lease(name, "b", 1000)).isEmpty();
        assertThat(store.holder(name)).contains(a);
        pass(1);
        assertThat(store.holder(name)).isEmpty();
        assertThat(store.lease(name, "b", 1000)).isPresent();
    }
}
