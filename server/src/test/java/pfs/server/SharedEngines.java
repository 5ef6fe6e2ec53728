package pfs.server;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import pfs.cluster.Engine;
import pfs.meta.MetaStore;
import pfs.meta.etcd.EtcdAddress;
import pfs.meta.etcd.EtcdMetaStore;
import pfs.meta.postgresql.PostgresAddress;
import pfs.meta.postgresql.PostgresMetaStore;
import pfs.pack.PackStore;
import pfs.pack.s3.S3Address;
import pfs.pack.s3.S3PackStore;

/** Real engines, started when they are first asked for, or before. */
final class SharedEngines {
    private static final Duration ATTEMPT = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Map<String, SharedEngines> STARTED = new ConcurrentHashMap<>();

    private final Engine meta;
    private final Engine ceph;

    private SharedEngines(Engine meta, Engine ceph) {
        this.meta = meta;
        this.ceph = ceph;
    }

    /**
     * The engines of a setting.
     *
     * @param meta etcd (three members) or postgresql; packs are in Ceph
     */
    static synchronized SharedEngines of(String meta) throws Exception {
        SharedEngines known = STARTED.get(meta);
        if (known != null) {
            return known;
        }
        Engine ceph = Engine.shared("ceph");
        SharedEngines engines = new SharedEngines(Engine.shared(meta), ceph);
        Map<String, String> keys = ceph.variables("credentials");
        System.setProperty("aws.accessKeyId", keys.get("AWS_ACCESS_KEY_ID"));
        System.setProperty("aws.secretAccessKey", keys.get("AWS_SECRET_ACCESS_KEY"));
        STARTED.put(meta, engines);
        return engines;
    }

    /** A client of the metadata engine, with a part of it for itself. */
    MetaStore meta(String name) throws Exception {
        String uri = meta.uri();
        if (uri.startsWith("postgresql")) {
            String sign = uri.contains("?") ? "&" : "?";
            return new PostgresMetaStore(
                    PostgresAddress.parse(uri + sign + "schema=" + name), PATIENCE);
        }
        return new EtcdMetaStore(
                EtcdAddress.parse(uri + "/" + name),
                ATTEMPT,
                PATIENCE,
                new SecureRandom(),
                InstantSource.system());
    }

    /** A client of the object store, with a part of it for itself. */
    PackStore packs(String name) throws Exception {
        return packs(name, S3Address.parse(ceph.uri()).endpoint().getPort());
    }

    /** The same by another port, as that of a proxy. */
    PackStore packs(String name, int port) {
        String uri = "s3://pfs/%s?endpoint=http://127.0.0.1:%d&create=true".formatted(name, port);
        return S3PackStore.open(S3Address.parse(uri), ATTEMPT, PATIENCE, new SecureRandom());
    }
}
