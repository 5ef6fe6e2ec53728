package pfs.pack.s3;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import pfs.pack.PackNames;
import pfs.pack.PackStore;
import pfs.pack.PackStore.Listed;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The names in a bucket below a prefix, a page of the store after the other. Thread-safe. */
final class S3Listing {
    private static final int PAGE = 1000;

    private final S3Client client;
    private final S3Calls calls;
    private final String bucket;
    private final String prefix;

    S3Listing(S3Client client, S3Calls calls, String bucket, String prefix) {
        this.client = client;
        this.calls = calls;
        this.bucket = bucket;
        this.prefix = prefix;
    }

    /** As {@link PackStore#listSizes}. */
    List<Listed> sizes(String namePrefix, String after, int limit) {
        return pages(
                after,
                limit,
                request -> request.prefix(prefix + namePrefix),
                page -> page.contents().stream().map(this::listed));
    }

    private Listed listed(S3Object object) {
        return new Listed(object.key().substring(prefix.length()), object.size());
    }

    /** As {@link PackStore#listTop}. */
    List<String> tops(String after, int limit) {
        return pages(
                        PackNames.behind(after),
                        limit,
                        request -> request.prefix(prefix).delimiter("/"),
                        this::topsOf)
                .stream()
                .map(Listed::name)
                .toList();
    }

    /**
     * Names and beginnings of names, which a page has apart, in one order; also of a store that
     * knows no delimiter, and lists all.
     */
    private Stream<Listed> topsOf(ListObjectsV2Response page) {
        return Stream.concat(
                        page.contents().stream().map(S3Object::key),
                        page.commonPrefixes().stream().map(CommonPrefix::prefix))
                .map(key -> PackNames.top(key.substring(prefix.length())))
                .distinct()
                .sorted()
                .map(top -> new Listed(top, 0));
    }

    /** What pages have, one page after the other, up to a limit; without the probe's own. */
    private List<Listed> pages(
            String after,
            int limit,
            Consumer<ListObjectsV2Request.Builder> what,
            Function<ListObjectsV2Response, Stream<Listed>> shown) {
        List<Listed> listed = new ArrayList<>();
        String last = after;
        while (listed.size() < limit) {
            String from = prefix + last;
            int most = Math.min(PAGE, limit - listed.size());
            ListObjectsV2Response page =
                    calls.repeat(
                            "list names",
                            () ->
                                    client.listObjectsV2(
                                            r ->
                                                    r.bucket(bucket)
                                                            .startAfter(from)
                                                            .maxKeys(most)
                                                            .applyMutation(what)));
            List<Listed> all = shown.apply(page).toList();
            all.stream().filter(one -> !one.name().startsWith("_")).forEach(listed::add);
            if (!page.isTruncated() || all.isEmpty()) {
                break;
            }
            last = PackNames.behind(all.getLast().name());
        }
        return listed;
    }
}
