package pfs.pack.s3;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * What an object store can do, found out by doing it with an object of its own, which is deleted
 * again.
 *
 * @param lacks what packs need and the store has not, in words; none for a store that can be used
 * @param conditionalMultipart true if an upload in parts can be refused when its name is taken
 */
record Probe(List<String> lacks, boolean conditionalMultipart) {
    private static final RequestBody BODY =
            RequestBody.fromByteBuffer(
                    ByteBuffer.wrap("probe".getBytes(StandardCharsets.US_ASCII)));

    /** Tries it all under a key that nobody else uses. */
    static Probe run(S3Client client, S3Calls calls, String bucket, String key) {
        List<String> lacks = new ArrayList<>();
        boolean conditionalMultipart;
        try {
            calls.repeat(
                    "take an object", () -> client.putObject(r -> r.bucket(bucket).key(key), BODY));
            if (!refusesTaken(client, calls, bucket, key)) {
                lacks.add("it does not honour If-None-Match on PUT");
            }
            String range =
                    calls.repeat(
                            "give a range",
                            () ->
                                    client.getObjectAsBytes(
                                                    r ->
                                                            r.bucket(bucket)
                                                                    .key(key)
                                                                    .range("bytes=1-2"))
                                            .asString(StandardCharsets.US_ASCII));
            if (!range.equals("ro")) {
                lacks.add("it does not honour ranges on GET");
            }
            conditionalMultipart = refusesTakenParts(client, calls, bucket, key);
        } finally {
            calls.repeat(
                    "delete an object", () -> client.deleteObject(r -> r.bucket(bucket).key(key)));
        }
        return new Probe(List.copyOf(lacks), conditionalMultipart);
    }

    private static boolean refusesTaken(S3Client client, S3Calls calls, String bucket, String key) {
        return calls.repeat(
                "take an object",
                () -> {
                    try {
                        client.putObject(r -> r.bucket(bucket).key(key).ifNoneMatch("*"), BODY);
                        return false;
                    } catch (S3Exception e) {
                        if (e.statusCode() == 412) {
                            return true;
                        }
                        if (e.statusCode() == 501) {
                            return false;
                        }
                        throw e;
                    }
                });
    }

    private static boolean refusesTakenParts(
            S3Client client, S3Calls calls, String bucket, String key) {
        String upload =
                calls.repeat(
                        "begin an upload",
                        () ->
                                client.createMultipartUpload(r -> r.bucket(bucket).key(key))
                                        .uploadId());
        String tag =
                calls.repeat(
                        "take a part",
                        () ->
                                client.uploadPart(
                                                r ->
                                                        r.bucket(bucket)
                                                                .key(key)
                                                                .uploadId(upload)
                                                                .partNumber(1),
                                                BODY)
                                        .eTag());
        CompletedPart part = CompletedPart.builder().partNumber(1).eTag(tag).build();
        try {
            client.completeMultipartUpload(
                    r ->
                            r.bucket(bucket)
                                    .key(key)
                                    .uploadId(upload)
                                    .ifNoneMatch("*")
                                    .multipartUpload(m -> m.parts(part)));
            return false;
        } catch (SdkException e) {
            abort(client, bucket, key, upload);
            return e instanceof S3Exception answer && answer.statusCode() == 412;
        }
    }

    private static void abort(S3Client client, String bucket, String key, String upload) {
        try {
            client.abortMultipartUpload(r -> r.bucket(bucket).key(key).uploadId(upload));
        } catch (SdkException e) {
            System.getLogger(Probe.class.getName())
                    .log(System.Logger.Level.DEBUG, "an upload stays for two days", e);
        }
    }

    /** Refuses a store that cannot hold packs. */
    void verify(String store) {
        if (!lacks.isEmpty()) {
            throw new PfsException(
                    ErrorCode.STOPPED, store + " cannot hold packs: " + String.join("; ", lacks));
        }
    }
}
