package pfs.server;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Function;
import pfs.embedded.EmbeddedStore;
import pfs.repo.Repos;
import pfs.server.http.RouteTable;
import pfs.server.start.Additions;
import pfs.server.start.HttpServer;
import pfs.server.start.Settings;

/**
 * The servers that a test asks in turn. What they stand on is a setting of the tests' run: {@code
 * -Dpfs.setting=embedded} (the default), {@code etcd} or {@code postgresql}, the last two with a
 * real S3 store, and {@code -Dpfs.servers=N} of them.
 */
interface ServersUnderTest extends AutoCloseable {
    /** What to ask next. */
    int port();

    /** One of them. */
    default String url() {
        return "http://127.0.0.1:" + port();
    }

    /** The next request goes to another one. */
    default void turn() {}

    /** The repos of the server that has them open. */
    Repos repos();

    RouteTable routes();

    @Override
    void close() throws IOException;

    /**
     * Starts them.
     *
     * @param directory for their own files
     * @param settings for each, by its data directory
     */
    static ServersUnderTest start(Path directory, Function<Path, Settings> settings)
            throws Exception {
        String setting = System.getProperty("pfs.setting", "embedded");
        if (!setting.equals("embedded")) {
            int count = Integer.getInteger("pfs.servers", 1);
            return SharedServers.start(setting, count, directory, settings);
        }
        EmbeddedStore store =
                EmbeddedStore.open(directory, InstantSource.system(), pfs.repo.Settings.standard());
        HttpServer server =
                HttpServer.start(
                        store.repos(),
                        settings.apply(directory),
                        InstantSource.system(),
                        Additions.NONE);
        return new ServersUnderTest() {
            @Override
            public int port() {
                return server.port();
            }

            @Override
            public String url() {
                return server.url();
            }

            @Override
            public Repos repos() {
                return store.repos();
            }

            @Override
            public RouteTable routes() {
                return server.routes();
            }

            @Override
            public void close() throws IOException {
                server.close();
                store.close();
            }
        };
    }
}
