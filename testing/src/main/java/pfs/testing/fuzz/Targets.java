package pfs.testing.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Every parser that reads bytes which pfs did not just make itself. */
public final class Targets {
    private Targets() {}

    /** Formats on disk, then what comes over the network; each with its corpus. */
    public static List<Target> all() {
        List<Target> all = new ArrayList<>();
        try (Samples samples = Samples.filled()) {
            all.addAll(FormatTargets.all(samples));
        }
        all.addAll(TextTargets.all());
        all.addAll(WireTargets.all());
        return all.stream().map(target -> target.with(corpus(target.name()))).toList();
    }

    /** The file of a target's inputs. */
    static String file(String name) {
        return name.replace(' ', '-') + ".txt";
    }

    /** The inputs in the tree, one a line in Base64: what earlier runs found. */
    private static List<byte[]> corpus(String name) {
        String resource = "corpus/" + file(name);
        try (@Nullable InputStream in = Targets.class.getResourceAsStream(resource)) {
            if (in == null) {
                return List.of();
            }
            String lines = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            return lines.lines().map(Base64.getDecoder()::decode).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
