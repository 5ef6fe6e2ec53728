package pfs.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server of its own, on a port of the kernel's choice. */
final class ServerProcess implements AutoCloseable {
    private static final Pattern URL = Pattern.compile("http://[^ ]+");

    private final Process process;
    private final String url;

    ServerProcess(Path data, String... more) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx512m",
                                "-XX:+UseSerialGC",
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "pfs.server.Main",
                                "serve",
                                "--listen",
                                "127.0.0.1:0",
                                "--data",
                                data.toString()));
        command.addAll(List.of(more));
        this.process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        this.url = firstUrl();
    }

    private String firstUrl() throws IOException {
        BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            Matcher found = URL.matcher(line);
            if (found.find()) {
                return found.group();
            }
        }
        throw new IOException("the server ended before it said where it is");
    }

    String url() {
        return url;
    }

    /** Stops it as SIGTERM does; its exit code. */
    int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the server does not end");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
