package pfs.benchmarks.peers;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What it was measured on and with: names and versions. */
final class Machine {
    private Machine() {}

    static List<String> describe(Commands commands, Path home, Path scratch) throws IOException {
        List<String> facts = new ArrayList<>();
        facts.add(
                Runtime.getRuntime().availableProcessors()
                        + " cores of "
                        + fromFile("/proc/cpuinfo", "model name")
                        + ", "
                        + fromFile("/proc/meminfo", "MemTotal")
                        + " of memory");
        facts.add(
                System.getProperty("os.name")
                        + " "
                        + System.getProperty("os.version")
                        + ", "
                        + Files.getFileStore(scratch).type());
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        facts.add(String.format(Locale.ROOT, "load average %.1f at the end", load));
        facts.add("Java " + System.getProperty("java.vm.version"));
        facts.add(
                "pfs "
                        + said(
                                commands,
                                "git",
                                "-C",
                                home.toString(),
                                "describe",
                                "--always",
                                "--dirty"));
        facts.add(said(commands, WebServer.nginxProgram(), "-v").replace("nginx version: ", ""));
        facts.add(said(commands, "restic", "version").replaceAll(" compiled.*", ""));
        facts.add(said(commands, "git", "--version"));
        facts.add(said(commands, "curl", "--version").replaceAll(" \\(.*", ""));
        facts.add(
                "wrk "
                        + said(commands, "sh", "-c", "wrk -v 2>&1 || true")
                                .replaceAll(".*?wrk ", "")
                                .replaceAll(" .*", ""));
        return facts;
    }

    private static String said(Commands commands, String... command) {
        try {
            return commands.run(command).lines().findFirst().orElse("").strip();
        } catch (RuntimeException e) {
            return command[0] + " (not here)";
        }
    }

    private static String fromFile(String file, String key) {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(key))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse("?");
        } catch (IOException e) {
            return "?";
        }
    }
}
