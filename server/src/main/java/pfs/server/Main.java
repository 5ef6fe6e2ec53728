package pfs.server;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import pfs.embedded.EmbeddedStore;
import pfs.embedded.StoredCopy;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.jobs.runtime.Runtime;
import pfs.meta.MetaStore;
import pfs.meta.etcd.EtcdAddress;
import pfs.meta.etcd.EtcdMetaStore;
import pfs.meta.postgresql.PostgresAddress;
import pfs.meta.postgresql.PostgresMetaStore;
import pfs.object.ObjectSource;
import pfs.pack.PackStore;
import pfs.pack.s3.S3Address;
import pfs.pack.s3.S3PackStore;
import pfs.repo.Repos;
import pfs.repo.Settings;
import pfs.server.care.OfflineCommand;
import pfs.server.jobs.EngineProxyCommand;
import pfs.server.shared.SharedServer;
import pfs.server.start.Contents;
import pfs.server.start.DirectoryCommand;
import pfs.server.start.Running;
import pfs.server.start.ServeCommand;
import pfs.server.start.Shared;
import pfs.shared.SharedHome;

/** The server program's entry, and the only class that knows which store it serves. */
public final class Main {
    /** How long a member of an etcd may take to answer, and all of them together. */
    private static final Duration ATTEMPT = Duration.ofSeconds(1);

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** How long the object store may be silent in an attempt, and all attempts may take. */
    private static final Duration STORE_ATTEMPT = Duration.ofSeconds(5);

    private static final Duration STORE_PATIENCE = Duration.ofSeconds(15);

    private Main() {}

    public static void main(String[] arguments) {
        List<String> given = Arrays.asList(arguments);
        if (OfflineCommand.takes(given)) {
            System.exit(OfflineCommand.run(given, new Stores(), System.out, System.err));
        }
        String verb = given.isEmpty() ? "" : given.getFirst();
        if (Set.of("clone", "push", "pull").contains(verb)) {
            System.exit(
                    DirectoryCommand.run(
                            given, System.getenv(), Main::open, System.out, System.err));
        }
        if (verb.equals("engine-proxy")) {
            System.exit(
                    EngineProxyCommand.run(given.subList(1, given.size()), System.out, System.err));
        }
        boolean named = !given.isEmpty() && verb.equals("serve");
        int code =
                ServeCommand.run(
                        named ? given.subList(1, given.size()) : given,
                        System.getenv(),
                        new Served(),
                        System.out,
                        System.err);
        System.exit(code);
    }

    /** What a server opens. */
    private static final class Served implements ServeCommand.Opener {
        @Override
        public ServeCommand.Store open(Path data) throws IOException {
            return Main.open(data);
        }

        @Override
        public Running serve(
                Shared shared,
                pfs.server.start.Settings settings,
                Runtime runtime,
                Contents contents)
                throws IOException {
            MetaStore meta = meta(shared.meta());
            PackStore packs =
                    S3PackStore.open(
                            S3Address.parse(shared.store()),
                            STORE_ATTEMPT,
                            STORE_PATIENCE,
                            new SecureRandom());
            SharedHome home =
                    SharedHome.open(
                            settings.data(), packs, shared.cacheBytes(), new SecureRandom());
            verify(home, meta);
            byte[] id = new byte[8];
            new SecureRandom().nextBytes(id);
            SharedServer.Plan plan =
                    new SharedServer.Plan(
                            meta,
                            home,
                            HexFormat.of().formatHex(id),
                            shared.advertised(),
                            shared.token(),
                            Duration.ofSeconds(shared.termSeconds()));
            return SharedServer.start(plan, settings, InstantSource.system(), runtime, contents);
        }

        /** Engines that do not answer yet are looked at by whoever comes to lead. */
        private static void verify(SharedHome home, MetaStore meta) throws IOException {
            boolean goesOn = false;
            try {
                home.verify(meta);
                goesOn = true;
            } catch (PfsException e) {
                goesOn = e.code() == ErrorCode.ENGINE_UNAVAILABLE;
                if (!goesOn) {
                    throw e;
                }
            } finally {
                if (!goesOn) {
                    home.close();
                    meta.close();
                }
            }
        }

        private MetaStore meta(String uri) {
            if (uri.startsWith("postgresql:")) {
                return new PostgresMetaStore(PostgresAddress.parse(uri), PATIENCE);
            }
            return coordinator(uri);
        }

        @Override
        public MetaStore coordinator(String uri) {
            return new EtcdMetaStore(
                    EtcdAddress.parse(uri),
                    ATTEMPT,
                    PATIENCE,
                    new SecureRandom(),
                    InstantSource.system());
        }
    }

    private static ServeCommand.Store open(Path data) throws IOException {
        EmbeddedStore store = EmbeddedStore.open(data, InstantSource.system(), Settings.standard());
        return new ServeCommand.Store() {
            @Override
            public Repos repos() {
                return store.repos();
            }

            @Override
            public void close() throws IOException {
                store.close();
            }
        };
    }

    /** Data directories, for the commands that need no server. */
    private static final class Stores implements OfflineCommand.Opener {
        @Override
        public OfflineCommand.Opened open(Path data, boolean index) throws IOException {
            EmbeddedStore store =
                    index
                            ? EmbeddedStore.open(data, InstantSource.system(), Settings.standard())
                            : EmbeddedStore.openWithoutIndex(
                                    data, InstantSource.system(), Settings.standard());
            return new OfflineCommand.Opened() {
                @Override
                public Repos repos() {
                    return store.repos();
                }

                @Override
                public void close() throws IOException {
                    store.close();
                }
            };
        }

        @Override
        public ObjectSource copy(Path data) throws IOException {
            return new StoredCopy(data);
        }
    }
}
