package pfs.jobs.runtime.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Programs of this machine in the place of pods' containers, each with a log as a kubelet keeps it.
 * Thread-safe.
 */
final class PretendedContainers {
    /** What a container runs whose pod names no command. */
    private static final String SERVER =
            """
            import os, subprocess
            from http.server import BaseHTTPRequestHandler, HTTPServer
            class Job(BaseHTTPRequestHandler):
                def do_POST(self):
                    script = self.rfile.read(int(self.headers["Content-Length"]))
                    out = subprocess.run(["/bin/sh", "-c", script], capture_output=True).stdout
                    self.send_response(200)
                    self.send_header("Content-Length", len(out))
                    self.end_headers()
                    self.wfile.write(out)
                def log_message(self, *_): pass
            HTTPServer((os.environ["POD_IP"], int(os.environ["PORT"])), Job).serve_forever()
            """;

    private final Path script;
    private final Map<String, StringBuffer> logs = new ConcurrentHashMap<>();
    private final Map<String, Process> running = new ConcurrentHashMap<>();

    /**
     * @param directory for the program that containers run
     */
    PretendedContainers(Path directory) throws IOException {
        script = directory.resolve("server.py");
        Files.writeString(script, SERVER);
    }

    /** Pods whose container was started and not killed. */
    Set<String> pods() {
        return running.keySet();
    }

    /** Starts the container of a pod, which listens at an address of its own. */
    Process start(Pod pod, String address) throws IOException {
        String name = pod.getMetadata().getName();
        var container = pod.getSpec().getContainers().getFirst();
        List<String> command = new ArrayList<>();
        container.getArgs().forEach(a -> command.add(a.replace("$$", "$")));
        if (command.isEmpty()) {
            command.addAll(List.of("python3", script.toString()));
        }
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        for (EnvVar variable : container.getEnv()) {
            builder.environment().put(variable.getName(), variable.getValue().replace("$$", "$"));
        }
        builder.environment().put("POD_IP", address);
        logs.put(name, new StringBuffer());
        Process process = builder.start();
        running.put(name, process);
        return process;
    }

    /**
     * Keeps a container's log to its end, and answers its exit code whatever becomes of the log:
     * whoever kills a process closes its output.
     */
    int awaitEnd(String pod, Process process) throws InterruptedException {
        StringBuffer log = logs.get(pod);
        try (BufferedReader out = process.inputReader(UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                log.append(Instant.now()).append(' ').append(line).append('\n');
                Thread.sleep(1);
            }
        } catch (IOException e) {
            log.append(Instant.now()).append(" killed before its output was read\n");
        }
        return process.waitFor();
    }

    /** Null if the pod has had no container. */
    @Nullable String log(String pod) {
        StringBuffer log = logs.get(pod);
        return log == null ? null : log.toString();
    }

    /** Kills a pod's container, if it has one, and waits for its end. */
    void kill(String pod) {
        Process process = running.remove(pod);
        if (process != null) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().onExit().join();
        }
    }
}
