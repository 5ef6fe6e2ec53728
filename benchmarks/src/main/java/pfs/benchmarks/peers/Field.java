package pfs.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the contenders meet: the data, and the servers, each started when it is first needed. */
final class Field implements AutoCloseable {
    final Commands commands;
    final Path home;
    final Path scratch;
    final Scale scale;
    final Data data;
    private @Nullable WebServer pfs;
    private @Nullable WebServer nginx;
    private @Nullable Hdfs hdfs;
    private final List<AutoCloseable> more = new ArrayList<>();
    private double peakMebibytes;

    Field(Commands commands, Path home, Path scratch, Scale scale) throws IOException {
        this.commands = commands;
        this.home = home;
        this.scratch = scratch;
        this.scale = scale;
        this.data = new Data(scratch.resolve("data"), scale);
    }

    List<Scenario> scenarios() {
        List<Scenario> all = new ArrayList<>();
        all.addAll(new SmallFiles(this).scenarios());
        all.addAll(new LargeFiles(this).scenarios());
        all.addAll(new WholeTrees(this).scenarios());
        all.addAll(new BetweenServers(this).scenarios());
        all.addAll(new LargeRepos(this).scenarios());
        all.addAll(new LongHistory(this).scenarios());
        all.addAll(new ManyMerges(this).scenarios());
        all.addAll(new AgainstGit(this).scenarios());
        if (scale.everything()) {
            all.addAll(new MapReduce(this).scenarios());
            all.addAll(new SharedStores(this).scenarios());
        }
        all.addAll(new Lives(this).scenarios());
        return all;
    }

    WebServer pfs() throws IOException {
        if (pfs == null) {
            pfs = WebServer.pfs(commands, home, pfsData(), scratch.resolve("pfs.log"));
        }
        return pfs;
    }

    Path pfsData() {
        return scratch.resolve("pfs");
    }

    WebServer nginx() throws IOException {
        if (nginx == null) {
            nginx = WebServer.nginx(commands, Files.createDirectories(scratch.resolve("nginx")));
        }
        return nginx;
    }

    Hdfs hdfs() throws IOException {
        if (hdfs == null) {
            hdfs = Hdfs.start(commands, home, Files.createDirectories(scratch.resolve("hdfs")));
        }
        return hdfs;
    }

    /** The peers only: their memory and disk are wanted by others. */
    void stopPfs() throws IOException {
        if (pfs != null) {
            peakMebibytes = Math.max(peakMebibytes, pfs.peakMebibytes());
            pfs.close();
            pfs = null;
        }
    }

    /** The most memory that any pfs server of this run had resident, in MiB. */
    double peakMebibytes() throws IOException {
        return pfs == null ? peakMebibytes : Math.max(peakMebibytes, pfs.peakMebibytes());
    }

    /** A server of a scenario's own counts for the memory, too. */
    void note(WebServer server) throws IOException {
        peakMebibytes = Math.max(peakMebibytes, server.peakMebibytes());
    }

    /** What a scenario started is ended after all of them, the last one first. */
    void closeAtEnd(AutoCloseable started) {
        more.add(started);
    }

    /** Seconds to send a file by curl; the answer included. */
    double put(WebServer server, Path file, String name) {
        return curl("-T", file.toString(), server.url(name));
    }

    /**
     * Seconds to unpack a tar by curl, its answer included; from standard input, since curl adds
     * the name of a file to a URL that ends with a slash.
     */
    double putTar(Path tar, String url) {
        String curl =
                "exec curl -sS --fail -o /dev/null -w %{time_total} -T - -H 'Expect:' "
                        + "-H 'Content-Type: application/x-tar' '"
                        + url
                        + "' < '"
                        + tar
                        + "'";
        return Double.parseDouble(commands.run("sh", "-c", curl).strip());
    }

    double curl(String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of("curl", "-sS", "--fail", "-o", "/dev/null", "-w", "%{time_total}"));
        command.addAll(List.of(arguments));
        return Double.parseDouble(commands.run(command.toArray(String[]::new)).strip());
    }

    void commit(WebServer server) {
        commands.run("curl", "-sS", "--fail", "-X", "POST", server.origin() + "/commit");
    }

    @Override
    public void close() throws IOException {
        stopPfs();
        if (nginx != null) {
            nginx.close();
        }
        if (hdfs != null) {
            hdfs.close();
        }
        while (!more.isEmpty()) {
            close(more.removeLast());
        }
    }

    private static void close(AutoCloseable started) throws IOException {
        try {
            started.close();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
