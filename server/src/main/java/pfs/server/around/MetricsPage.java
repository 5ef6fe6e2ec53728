package pfs.server.around;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import pfs.server.http.RequestMeter;

/**
 * What {@code /metrics} shows: requests, the JVM, and what the store adds. Made with the first look
 * at it, since it takes longer to load than the server to start.
 */
final class MetricsPage {
    private final PrometheusMeterRegistry registry;

    MetricsPage(RequestMeter meter, List<MeterBinder> more) {
        PrometheusRegistry prometheus = new PrometheusRegistry();
        registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, prometheus, Clock.SYSTEM);
        List<MeterBinder> machine =
                List.of(
                        new JvmMemoryMetrics(),
                        new JvmThreadMetrics(),
                        new ProcessorMetrics(),
                        new FileDescriptorMetrics(),
                        new UptimeMetrics());
        machine.forEach(binder -> binder.bindTo(registry));
        more.forEach(binder -> binder.bindTo(registry));
        prometheus.register((MultiCollector) () -> requests(meter));
    }

    String text() {
        return registry.scrape();
    }

    private static MetricSnapshots requests(RequestMeter meter) {
        double[] bounds = Arrays.copyOf(RequestMeter.BOUNDS, RequestMeter.BOUNDS.length + 1);
        bounds[RequestMeter.BOUNDS.length] = Double.POSITIVE_INFINITY;
        HistogramSnapshot.Builder latency =
                HistogramSnapshot.builder()
                        .name("pfs_http_request_seconds")
                        .help("Requests and the time from their head to the end of their answer");
        CounterSnapshot.Builder received =
                CounterSnapshot.builder()
                        .name("pfs_http_received_bytes")
                        .help("Bytes of the requests' bodies");
        CounterSnapshot.Builder sent =
                CounterSnapshot.builder()
                        .name("pfs_http_sent_bytes")
                        .help("Bytes of the answers' bodies");
        for (Map.Entry<RequestMeter.Series, RequestMeter.Cell> entry : meter.cells().entrySet()) {
            RequestMeter.Series series = entry.getKey();
            RequestMeter.Cell cell = entry.getValue();
            Labels labels =
                    Labels.of(
                            "method", series.method(),
                            "route", series.route(),
                            "status", String.valueOf(series.status()));
            latency.dataPoint(
                    HistogramSnapshot.HistogramDataPointSnapshot.builder()
                            .labels(labels)
                            .classicHistogramBuckets(
                                    ClassicHistogramBuckets.of(bounds, longs(cell.buckets())))
                            .sum(cell.seconds())
                            .build());
            received.dataPoint(counter(labels, cell.received()));
            sent.dataPoint(counter(labels, cell.sent()));
        }
        return MetricSnapshots.of(latency.build(), received.build(), sent.build(), running(meter));
    }

    private static GaugeSnapshot running(RequestMeter meter) {
        return GaugeSnapshot.builder()
                .name("pfs_http_requests_running")
                .help("Requests being answered")
                .dataPoint(
                        GaugeSnapshot.GaugeDataPointSnapshot.builder()
                                .value(meter.running())
                                .build())
                .build();
    }

    private static Number[] longs(long[] counts) {
        return Arrays.stream(counts).boxed().toArray(Number[]::new);
    }

    private static CounterSnapshot.CounterDataPointSnapshot counter(Labels labels, long value) {
        return CounterSnapshot.CounterDataPointSnapshot.builder()
                .labels(labels)
                .value(value)
                .build();
    }
}
