package pfs.meta.leader;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import pfs.meta.ForwardingMetaStore;
import pfs.meta.Key;
import pfs.meta.MemoryMetaStore;
import pfs.meta.MetaStore;

/** What lies around a leader's metadata keeps none of its calls to itself. */
class PassedOnTest {
    private final MetaStore damaged =
            new ForwardingMetaStore(
                    new MemoryMetaStore(InstantSource.fixed(Instant.ofEpochSecond(1)))) {
                @Override
                public Optional<String> damage() {
                    return Optional.of("a block is damaged");
                }
            };

    @Test
    void damageIsSaidThroughALeaseAndACache() {
        MetaStore.Lease lease = damaged.lease(Key.of("leader", ""), "me", 1000).orElseThrow();
        for (MetaStore around :
                List.of(new LeasedMetaStore(damaged, lease), new CachedMetaStore(damaged))) {
            assertThat(around.damage()).contains("a block is damaged");
        }
    }

    /** A method with a body of its own in the interface is forgotten without a word otherwise. */
    @Test
    void noCallIsLeftToTheInterface() {
        List<String> passedOn =
                Arrays.stream(ForwardingMetaStore.class.getDeclaredMethods())
                        .map(Method::getName)
                        .toList();
        for (Method method : MetaStore.class.getMethods()) {
            if (!Modifier.isStatic(method.getModifiers())) {
                assertThat(passedOn).contains(method.getName());
            }
        }
    }
}
