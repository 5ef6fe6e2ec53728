package pfs.server.around;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.LongSupplier;
import pfs.chunk.ContentReader;
import pfs.repo.Repos;
import pfs.tree.Trees;

/** What the caches in the heap hold, and may hold: the rest of the heap is what requests need. */
public final class CacheFigures {
    private CacheFigures() {}

    /** Figures for {@code /metrics}. */
    public static MeterBinder of(Repos repos) {
        Trees trees = repos.trees();
        ContentReader contents = repos.contents();
        return registry -> {
            gauges(registry, "trees", trees::cachedBytes, trees::cacheBytes);
            gauges(registry, "short-files", contents::keptBytes, contents::keptLimit);
        };
    }

    private static void gauges(
            MeterRegistry registry, String cache, LongSupplier held, LongSupplier limit) {
        Gauge.builder("pfs.cache.bytes", held::getAsLong)
                .tag("cache", cache)
                .description("bytes of memory that a cache holds, about")
                .register(registry);
        Gauge.builder("pfs.cache.limit.bytes", limit::getAsLong)
                .tag("cache", cache)
                .description("bytes of memory that a cache may hold")
                .register(registry);
    }
}
