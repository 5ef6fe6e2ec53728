package pfs.pack.s3;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.pack.PackNames;
import pfs.pack.PackStore;
import pfs.pack.s3.S3Calls.Deadline;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Packs as objects of a bucket, at any store that speaks S3 and honours {@code If-None-Match} on
 * PUT, which a probe at the start makes sure of. Credentials come by AWS's usual chain.
 *
 * <p>Every put carries an id of its own in the object's metadata. When its answer is lost it is
 * sent again, and if the name is taken then, the id says by whom: so its fate is found out. Only
 * when the store does not answer for longer than {@code patience} it stays open:
 * ENGINE_UNAVAILABLE.
 *
 * <p>{@link #delete} asks whether the blob is there before it deletes it; of two who delete at once
 * both may be told that they did.
 */
public final class S3PackStore implements PackStore {
    /** Where the probe's own objects lie; no blob's name begins with an underscore. */
    private static final String PROBE = "_probe/";

    private static final String PUT_ID = "pfs-put";

    /** Blobs of at least this many bytes go in parts, where the store can refuse a taken name. */
    private static final long MULTIPART_FROM = 2 * Multipart.PART;

    private static final Duration OLD_UPLOAD = Duration.ofDays(2);

    private final S3Client client;
    private final S3Calls calls;
    private final S3Address address;
    private final String bucket;
    private final String prefix;
    private final RandomGenerator random;
    private final Probe probe;
    private final S3Listing listing;

    private S3PackStore(
            S3Client client,
            S3Calls calls,
            S3Address address,
            RandomGenerator random,
            Probe probe) {
        this.client = client;
        this.calls = calls;
        this.address = address;
        this.bucket = address.bucket();
        this.prefix = address.prefix();
        this.random = random;
        this.probe = probe;
        this.listing = new S3Listing(client, calls, bucket, prefix);
    }

    /** The same store with another patience; one of the two has to be closed. */
    S3PackStore withPatience(Duration patience) {
        return new S3PackStore(client, calls.withPatience(patience), address, random, probe);
    }

    /**
     * Opens the store, after a probe.
     *
     * @param attempt how long the store may be silent in one attempt of a call
     * @param patience how long a call may take with all its attempts
     * @param random draws the ids of puts
     * @throws PfsException STOPPED if there is no such bucket, or the store lacks what packs need;
     *     ENGINE_UNAVAILABLE
     */
    public static S3PackStore open(
            S3Address address, Duration attempt, Duration patience, RandomGenerator random) {
        String store =
                "the object store at " + (address.endpoint() == null ? "AWS" : address.endpoint());
        S3Client client = StoreClient.open(address, attempt);
        boolean opened = false;
        try {
            S3Calls calls = new S3Calls(store, patience);
            findBucket(client, calls, address, store);
            String probed = address.prefix() + PROBE + id(random);
            Probe probe = Probe.run(client, calls, address.bucket(), probed);
            probe.verify(store);
            opened = true;
            return new S3PackStore(client, calls, address, random, probe);
        } finally {
            if (!opened) {
                client.close();
            }
        }
    }

    private static void findBucket(
            S3Client client, S3Calls calls, S3Address address, String store) {
        boolean there =
                calls.repeat(
                        "answer for bucket " + address.bucket(),
                        () -> {
                            try {
                                // not HEAD: its answer does not say why, so not that a clock is off
                                client.listObjectsV2(r -> r.bucket(address.bucket()).maxKeys(1));
                                return true;
                            } catch (S3Exception e) {
                                if (e.statusCode() == 404) {
                                    return false;
                                }
                                throw e;
                            }
                        });
        if (there) {
            return;
        }
        if (!address.create()) {
            throw new PfsException(
                    ErrorCode.STOPPED,
                    store
                            + " has no bucket '"
                            + address.bucket()
                            + "': make it, or add create=true to the address");
        }
        calls.repeat(
                "make bucket " + address.bucket(),
                () -> client.createBucket(r -> r.bucket(address.bucket())));
    }

    /** Frees what uploads left that were cut off days ago. */
    public void tidy(InstantSource clock) {
        Instant before = clock.instant().minus(OLD_UPLOAD);
        List<MultipartUpload> left =
                calls.repeat(
                        "list uploads",
                        () ->
                                client.listMultipartUploads(r -> r.bucket(bucket).prefix(prefix))
                                        .uploads());
        for (MultipartUpload upload : left) {
            if (upload.initiated().isBefore(before)) {
                calls.repeat(
                        "end an upload",
                        () ->
                                client.abortMultipartUpload(
                                        r ->
                                                r.bucket(bucket)
                                                        .key(upload.key())
                                                        .uploadId(upload.uploadId())));
            }
        }
    }

    private static String id(RandomGenerator random) {
        byte[] id = new byte[16];
        random.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    private String key(String name) {
        return prefix + PackNames.verify(name);
    }

    @Override
    public boolean put(String name, ByteBuffer... parts) {
        String key = key(name);
        Joined content = new Joined(parts);
        String id = id(random);
        Map<String, String> metadata = Map.of(PUT_ID, id);
        if (content.size() < MULTIPART_FROM || !probe.conditionalMultipart()) {
            Runnable put =
                    () ->
                            client.putObject(
                                    r ->
                                            r.bucket(bucket)
                                                    .key(key)
                                                    .metadata(metadata)
                                                    .ifNoneMatch("*"),
                                    content.body(0, content.size()));
            return named(key, id, put);
        }
        Multipart.Upload upload = new Multipart(client, calls, bucket, key, content).send(metadata);
        boolean named = false;
        try {
            named = named(key, id, upload::complete);
            return named;
        } finally {
            if (!named) {
                upload.abort();
            }
        }
    }

    /** Gives a blob its name, again and again until it is known who has it. */
    private boolean named(String key, String id, Runnable attempt) {
        Deadline deadline = calls.deadline("take " + key);
        while (true) {
            try {
                attempt.run();
                return true;
            } catch (S3Exception e) {
                // 404: an upload that was completed before, by an attempt whose answer was lost
                if (e.statusCode() == 412 || e.statusCode() == 404) {
                    Optional<HeadObjectResponse> taken = head(key);
                    if (taken.isPresent()) {
                        return id.equals(taken.get().metadata().get(PUT_ID));
                    }
                }
                deadline.again(e);
            } catch (SdkException e) {
                deadline.again(e);
            }
        }
    }

    private Optional<HeadObjectResponse> head(String key) {
        return calls.repeat(
                "say whether it has " + key,
                () -> {
                    try {
                        return Optional.of(client.headObject(r -> r.bucket(bucket).key(key)));
                    } catch (S3Exception e) {
                        if (e.statusCode() == 404) {
                            return Optional.empty();
                        }
                        throw e;
                    }
                });
    }

    @Override
    public int read(String name, long offset, ByteBuffer into) throws IOException {
        String key = key(name);
        if (!into.hasRemaining()) {
            long size = size(name);
            if (size < 0) {
                throw new NoSuchFileException(name);
            }
            return offset >= size ? -1 : 0;
        }
        Deadline deadline = calls.deadline("give " + key);
        int begin = into.position();
        while (true) {
            try {
                fill(key, offset, into);
                return into.position() - begin;
            } catch (S3Exception e) {
                if (e.statusCode() == 416) {
                    return -1;
                }
                if (e.statusCode() == 404) {
                    throw new NoSuchFileException(name);
                }
                into.position(begin);
                deadline.again(e);
            } catch (SdkException | IOException e) {
                into.position(begin);
                deadline.again(e);
            }
        }
    }

    /** Reads one range; the client fails when a body ends before its length. */
    private void fill(String key, long offset, ByteBuffer into) throws IOException {
        String range = "bytes=" + offset + "-" + (offset + into.remaining() - 1);
        try (ResponseInputStream<GetObjectResponse> body =
                client.getObject(r -> r.bucket(bucket).key(key).range(range))) {
            long length = body.response().contentLength();
            if (length > into.remaining()) {
                body.abort();
                throw new IOException(length + " bytes came for " + range);
            }
            int end = into.position() + (int) length;
            while (into.position() < end) {
                read(body, into, end);
            }
        }
    }

    private static void read(InputStream body, ByteBuffer into, int end) throws IOException {
        int wanted = end - into.position();
        int count;
        if (into.hasArray()) {
            count = body.read(into.array(), into.arrayOffset() + into.position(), wanted);
            if (count > 0) {
                into.position(into.position() + count);
            }
        } else {
            byte[] some = new byte[Math.min(wanted, 1 << 16)];
            count = body.read(some);
            if (count > 0) {
                into.put(some, 0, count);
            }
        }
        if (count < 0) {
            throw new IOException("a body ended " + wanted + " bytes early");
        }
    }

    @Override
    public long size(String name) {
        return head(key(name)).map(HeadObjectResponse::contentLength).orElse(-1L);
    }

    @Override
    public List<String> list(String namePrefix, String after, int limit) {
        return listSizes(namePrefix, after, limit).stream().map(Listed::name).toList();
    }

    @Override
    public List<Listed> listSizes(String namePrefix, String after, int limit) {
        return listing.sizes(namePrefix, after, limit);
    }

    @Override
    public List<String> listTop(String after, int limit) {
        return listing.tops(after, limit);
    }

    @Override
    public boolean delete(String name) {
        String key = key(name);
        if (head(key).isEmpty()) {
            return false;
        }
        calls.repeat("delete " + key, () -> client.deleteObject(r -> r.bucket(bucket).key(key)));
        return true;
    }

    @Override
    public void close() {
        client.close();
    }
}
