package pfs.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.awaitility.Awaitility;
import pfs.jobs.runtime.process.ProcessRuntime;
import pfs.jobs.runtime.spread.OtherServers;
import pfs.repo.Repos;
import pfs.server.http.RouteTable;
import pfs.server.shared.SharedServer;
import pfs.server.start.Additions;
import pfs.server.start.Opened;
import pfs.server.start.Settings;
import pfs.shared.SharedHome;

/** Servers over one metadata store and one object store, asked in turn, one request each. */
final class SharedServers implements ServersUnderTest {
    private static final Duration TERM = Duration.ofSeconds(5);
    private static final long CACHE = 256L << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<SharedServer> servers;
    private int next;

    private SharedServers(List<SharedServer> servers) {
        this.servers = servers;
    }

    static SharedServers start(
            String setting, int count, Path directory, Function<Path, Settings> settings)
            throws Exception {
        SharedEngines engines = SharedEngines.of(setting);
        String name = "t" + HexFormat.of().formatHex(random(6));
        List<SharedServer> servers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Path home = Files.createDirectories(directory.resolve("server-" + i));
            SharedServer.Plan plan =
                    new SharedServer.Plan(
                            engines.meta(name),
                            SharedHome.open(home, engines.packs(name), CACHE, new SecureRandom()),
                            HexFormat.of().formatHex(random(8)),
                            null,
                            null,
                            TERM);
            servers.add(
                    SharedServer.start(
                            plan,
                            settings.apply(home),
                            InstantSource.system(),
                            new ProcessRuntime(home.resolve("process")),
                            SharedServers::nothingMore));
        }
        SharedServers started = new SharedServers(servers);
        Awaitility.await().atMost(PATIENCE).until(() -> started.leader().isPresent());
        return started;
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    private static Opened nothingMore(Repos repos, OtherServers others) {
        return new Opened() {
            @Override
            public Additions additions() {
                return Additions.NONE;
            }

            @Override
            public void close() {}
        };
    }

    private Optional<SharedServer> leader() {
        return servers.stream().filter(SharedServer::leads).findFirst();
    }

    @Override
    public int port() {
        return servers.get(next).port();
    }

    @Override
    public void turn() {
        next = (next + 1) % servers.size();
    }

    @Override
    public Repos repos() {
        return leader().map(SharedServer::repos).orElseThrow();
    }

    @Override
    public RouteTable routes() {
        return leader().map(SharedServer::routes).orElseThrow();
    }

    @Override
    public void close() throws IOException {
        // The followers first, so that none takes over only to be closed.
        for (SharedServer server : servers) {
            if (!server.leads()) {
                server.close();
            }
        }
        for (SharedServer server : servers) {
            server.close();
        }
    }
}
