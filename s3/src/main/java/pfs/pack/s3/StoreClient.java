package pfs.pack.s3;

import java.time.Duration;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.http.apache5.ProxyConfiguration;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** The SDK's client as packs need it: it repeats nothing, and asks nothing of older stores. */
final class StoreClient {
    private StoreClient() {}

    /**
     * @param attempt how long the store may be silent
     */
    static S3Client open(S3Address address, Duration attempt) {
        S3ClientBuilder builder =
                S3Client.builder()
                        .httpClientBuilder(http(address, attempt))
                        .overrideConfiguration(c -> c.retryStrategy(AwsRetryStrategy.doNotRetry()))
                        // older stores answer 400 to the newer checksums
                        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                        // a body as it is, with its SHA-256 in the signature; in signed chunks Ceph
                        // takes no empty ones
                        .serviceConfiguration(c -> c.chunkedEncodingEnabled(false))
                        .forcePathStyle(address.pathStyle());
        if (address.endpoint() != null) {
            builder.endpointOverride(address.endpoint());
        }
        if (address.region() != null) {
            builder.region(Region.of(address.region()));
        }
        return builder.build();
    }

    /** Where the environment or Java's own settings name a proxy, the SDK knows the way. */
    private static SdkHttpClient.Builder<?> http(S3Address address, Duration attempt) {
        String scheme = address.endpoint() == null ? "https" : address.endpoint().getScheme();
        boolean proxied = ProxyConfiguration.builder().scheme(scheme).build().host() != null;
        return proxied
                ? Apache5HttpClient.builder()
                        .maxConnections(StoreHttp.CONNECTIONS)
                        .connectionTimeout(attempt)
                        .socketTimeout(attempt)
                : StoreHttp.builder(attempt);
    }
}
