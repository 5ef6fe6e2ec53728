package pfs.server.files;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;

/** Content types guessed from a file's name, for files that were put without one. */
final class ContentTypes {
    private static final HttpField UNKNOWN = field("application/octet-stream");
    private static final Map<String, HttpField> BY_EXTENSION = new HashMap<>();

    static {
        String[] types = {
            "text/plain; charset=utf-8", "txt text log md rst conf cfg ini properties",
            "text/plain; charset=utf-8", "java py c h cc cpp go rs sh kt scala rb pl sql toml",
            "text/html; charset=utf-8", "html htm",
            "text/css; charset=utf-8", "css",
            "text/csv; charset=utf-8", "csv",
            "text/tab-separated-values; charset=utf-8", "tsv",
            "text/javascript; charset=utf-8", "js mjs",
            "application/json", "json",
            "application/x-ndjson", "ndjson jsonl",
            "application/yaml", "yaml yml",
            "application/xml", "xml",
            "application/pdf", "pdf",
            "application/gzip", "gz tgz",
            "application/zstd", "zst",
            "application/zip", "zip jar",
            "application/x-tar", "tar",
            "application/vnd.apache.parquet", "parquet",
            "application/wasm", "wasm",
            "image/png", "png",
            "image/jpeg", "jpg jpeg",
            "image/gif", "gif",
            "image/webp", "webp",
            "image/svg+xml", "svg",
            "audio/mpeg", "mp3",
            "video/mp4", "mp4",
        };
        for (int i = 0; i < types.length; i += 2) {
            HttpField field = field(types[i]);
            for (String extension : types[i + 1].split(" ")) {
                BY_EXTENSION.put(extension, field);
            }
        }
    }

    private ContentTypes() {}

    private static HttpField field(String type) {
        return new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, type);
    }

    static HttpField guess(String path) {
        int dot = path.lastIndexOf('.');
        if (dot < 0 || path.indexOf('/', dot) >= 0) {
            return UNKNOWN;
        }
        HttpField field = BY_EXTENSION.get(path.substring(dot + 1));
        if (field == null) {
            field = BY_EXTENSION.get(path.substring(dot + 1).toLowerCase(Locale.ROOT));
        }
        return field == null ? UNKNOWN : field;
    }

    /** True for types that a browser would run scripts of, or might. */
    static boolean mayScript(String type) {
        if (type.startsWith("text/plain") || type.equals("application/octet-stream")) {
            return false;
        }
        String lower = type.toLowerCase(Locale.ROOT);
        return lower.contains("html")
                || lower.contains("xml")
                || lower.contains("svg")
                || lower.contains("pdf")
                || lower.startsWith("multipart/")
                || lower.startsWith("message/");
    }
}
