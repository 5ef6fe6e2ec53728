package pfs.pack.s3;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * One blob on its way in parts, some at a time, each sent again by itself when it fails. The name
 * appears when all are there, unless it is taken.
 */
final class Multipart {
    /** Bytes of a part, but for the last: S3 takes no less than 5 MiB. */
    static final long PART = 16L << 20;

    private static final int AT_ONCE = 4;

    private final S3Client client;
    private final S3Calls calls;
    private final String bucket;
    private final String key;
    private final Joined content;

    Multipart(S3Client client, S3Calls calls, String bucket, String key, Joined content) {
        this.client = client;
        this.calls = calls;
        this.bucket = bucket;
        this.key = key;
        this.content = content;
    }

    /** Sends the parts; an upload to be completed or aborted. */
    final class Upload {
        private final String id;
        private final List<CompletedPart> parts = new ArrayList<>();

        Upload(String id) {
            this.id = id;
        }

        private void send() {
            List<Future<CompletedPart>> sending = new ArrayList<>();
            try (ExecutorService pool =
                    Executors.newFixedThreadPool(
                            AT_ONCE, Thread.ofVirtual().name("pfs-s3-part-", 0).factory())) {
                for (long at = 0; at < content.size(); at += PART) {
                    long offset = at;
                    int number = sending.size() + 1;
                    sending.add(pool.submit(() -> part(number, offset)));
                }
                for (Future<CompletedPart> each : sending) {
                    parts.add(each.get());
                }
            } catch (ExecutionException e) {
                sending.forEach(each -> each.cancel(true));
                throw e.getCause() instanceof RuntimeException cause
                        ? cause
                        : new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                sending.forEach(each -> each.cancel(true));
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while packs were sent", e);
            }
        }

        private CompletedPart part(int number, long offset) {
            long length = Math.min(PART, content.size() - offset);
            String tag =
                    calls.repeat(
                            "take part " + number + " of " + key,
                            () ->
                                    client.uploadPart(
                                                    r ->
                                                            r.bucket(bucket)
                                                                    .key(key)
                                                                    .uploadId(id)
                                                                    .partNumber(number),
                                                    content.body(offset, length))
                                            .eTag());
            return CompletedPart.builder().partNumber(number).eTag(tag).build();
        }

        /** Gives the blob its name; 412 if that is taken. */
        void complete() {
            client.completeMultipartUpload(
                    r ->
                            r.bucket(bucket)
                                    .key(key)
                                    .uploadId(id)
                                    .ifNoneMatch("*")
                                    .multipartUpload(m -> m.parts(parts)));
        }

        /** Frees what was sent; what this cannot free is freed by a later start. */
        void abort() {
            try {
                client.abortMultipartUpload(r -> r.bucket(bucket).key(key).uploadId(id));
            } catch (SdkException e) {
                System.getLogger(Multipart.class.getName())
                        .log(System.Logger.Level.DEBUG, "an upload stays until another start", e);
            }
        }
    }

    /** Sends all parts, so that only the name is missing. */
    Upload send(Map<String, String> metadata) {
        String id =
                calls.repeat(
                        "begin an upload",
                        () ->
                                client.createMultipartUpload(
                                                r -> r.bucket(bucket).key(key).metadata(metadata))
                                        .uploadId());
        Upload upload = new Upload(id);
        boolean sent = false;
        try {
            upload.send();
            sent = true;
            return upload;
        } finally {
            if (!sent) {
                upload.abort();
            }
        }
    }
}
