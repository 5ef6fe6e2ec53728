package pfs.server.start;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * Where a flag's value comes from when it is not typed: {@code PFS_…} in the environment, else the
 * file of {@code --config} with lines of {@code name = value}. An empty variable counts as unset.
 */
final class SettingSources implements CommandLine.IDefaultValueProvider {
    private final Map<String, String> environment;
    private final Map<String, String> file;

    private SettingSources(Map<String, String> environment, Map<String, String> file) {
        this.environment = environment;
        this.file = file;
    }

    /**
     * @throws IllegalArgumentException naming the file or the line that is at fault
     */
    static SettingSources of(List<String> arguments, Map<String, String> environment) {
        String config = typed(arguments);
        if (config == null) {
            config = environment.get("PFS_CONFIG");
        }
        boolean none = config == null || config.isEmpty();
        return new SettingSources(environment, none ? Map.of() : read(Path.of(config)));
    }

    private static @Nullable String typed(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.startsWith("--config=")) {
                return argument.substring(9);
            }
            if (argument.equals("--config") && i + 1 < arguments.size()) {
                return arguments.get(i + 1);
            }
        }
        return null;
    }

    private static Map<String, String> read(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new IllegalArgumentException("--config " + file + " cannot be read: " + e, e);
        }
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            int split = line.indexOf('=');
            if (split <= 0) {
                throw new IllegalArgumentException(
                        file + " line " + (i + 1) + ": expected name = value");
            }
            values.put(name(line.substring(0, split).strip()), line.substring(split + 1).strip());
        }
        return values;
    }

    /** {@code --tls-cert}, {@code tls_cert} and {@code tls-cert} are one name. */
    private static String name(String text) {
        String bare = text.startsWith("--") ? text.substring(2) : text;
        return bare.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Refuses what the file sets and nothing knows: most likely a slip of the pen. */
    void verify(Set<String> known) {
        for (String name : file.keySet()) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(
                        "the --config file sets '"
                                + name
                                + "', which is no setting; known are "
                                + String.join(", ", known));
            }
        }
    }

    /** A setting by its flag's name without dashes; null if it is set nowhere. */
    @Nullable String find(String name) {
        String variable = "PFS_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
        String value = environment.get(variable);
        return value != null && !value.isEmpty() ? value : file.get(name);
    }

    @Override
    public @Nullable String defaultValue(CommandLine.Model.ArgSpec argument) {
        if (argument instanceof CommandLine.Model.OptionSpec option) {
            String name = option.longestName().substring(2);
            return name.equals("help") || name.equals("config") ? null : find(name);
        }
        return null;
    }
}
