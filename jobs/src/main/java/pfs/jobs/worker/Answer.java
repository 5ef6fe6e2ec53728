package pfs.jobs.worker;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The head of a worker's answer, and its body as a stream that ends where the body ends: a short
 * body is an IOException there, never an end. Valid during {@link WorkerClient.Handler#handle}.
 *
 * @param headers by lower-case name, in the order they came
 */
public record Answer(int status, Map<String, List<String>> headers, InputStream body) {
    public Optional<String> header(String name) {
        List<String> values = headers.get(name.toLowerCase(Locale.ROOT));
        return values == null ? Optional.empty() : Optional.of(values.getFirst());
    }

    public List<String> all(String name) {
        return new ArrayList<>(headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()));
    }
}
