package pfs.jobs.runtime.process;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import pfs.jobs.runtime.LastLines;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.runtime.Worker;
import pfs.jobs.worker.Dialer;
import pfs.jobs.worker.TcpDialer;

/** A local program behind its supervisor shell. */
final class ProcessWorker implements Worker {
    private static final int KILL_SECONDS = 5;

    private final String name;
    private final Process process;
    private final Dialer dialer;
    private final Path temporary;
    private final LastLines lines;
    private final Thread pump;
    private final Consumer<ProcessWorker> whenClosed;

    ProcessWorker(
            String name,
            Process process,
            int port,
            Path temporary,
            Runtime.LogSink log,
            Consumer<ProcessWorker> whenClosed) {
        this.name = name;
        this.process = process;
        this.dialer =
                new TcpDialer(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
        this.temporary = temporary;
        this.lines = new LastLines(name, log);
        this.whenClosed = whenClosed;
        this.pump = Thread.ofVirtual().name("log of " + name).start(this::pump);
    }

    private void pump() {
        byte[] buffer = new byte[8192];
        try (InputStream in = process.getInputStream()) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                lines.accept(buffer, 0, n);
            }
        } catch (IOException e) {
            // The program is gone.
        }
        lines.finish();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Dialer dialer() {
        return dialer;
    }

    @Override
    public Optional<Exit> exit() {
        if (process.isAlive()) {
            return Optional.empty();
        }
        try {
            // What it wrote last is most often why it ended.
            pump.join(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Optional.of(new Exit(process.exitValue(), false));
    }

    @Override
    public String lastWords() {
        return lines.text();
    }

    @Override
    public void close() {
        List<ProcessHandle> group = process.descendants().toList();
        try {
            // The watcher sees the end of this pipe and kills the whole group.
            process.getOutputStream().close();
            if (!process.waitFor(KILL_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        group.forEach(ProcessWorker::awaitEnd);
        ProcessRuntime.delete(temporary);
        whenClosed.accept(this);
    }

    /** A killed process is there for a moment more. */
    private static void awaitEnd(ProcessHandle process) {
        try {
            process.onExit().get(KILL_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
