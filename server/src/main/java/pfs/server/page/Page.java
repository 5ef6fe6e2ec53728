package pfs.server.page;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import pfs.server.http.Exchange;

/**
 * The frame of every page: one small style sheet, no script, and a policy that allows nothing else.
 */
final class Page {
    private static final HttpField HTML =
            new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "text/html; charset=utf-8");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String STYLE =
            """
            :root{color-scheme:light dark;--ink:#1c2733;--soft:#5b6b7b;--line:#dfe5ea;--paper:#fff;\
            --tint:#f4f7f9;--link:#0b63a8}
            @media(prefers-color-scheme:dark){:root{--ink:#e3e9ef;--soft:#93a3b3;--line:#2b3743;\
            --paper:#12181e;--tint:#1a222a;--link:#6bb6f2}}
            *{box-sizing:border-box}
            body{margin:0;background:var(--paper);color:var(--ink);\
            font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
            header,main,footer{max-width:64rem;margin:0 auto;padding:0 1.25rem}
            header{display:flex;gap:1.25rem;align-items:baseline;padding-top:1.25rem;\
            padding-bottom:.75rem;border-bottom:1px solid var(--line)}
            header strong{font-size:1.15rem;letter-spacing:.02em}
            header a{color:var(--soft)}header strong a{color:var(--ink)}
            a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
            h1{font-size:1.4rem;font-weight:600;margin:1.5rem 0 .25rem;overflow-wrap:anywhere}
            p.soft,footer{color:var(--soft)}
            table{width:100%;border-collapse:collapse;margin:1rem 0;font-variant-numeric:tabular-nums}
            th{text-align:left;color:var(--soft);font-weight:500;font-size:.85rem}
            th,td{padding:.4rem .6rem;border-bottom:1px solid var(--line)}
            tbody tr:hover{background:var(--tint)}
            td:first-child{overflow-wrap:anywhere}
            .n{text-align:right;white-space:nowrap}.t{white-space:nowrap;color:var(--soft)}
            pre{background:var(--tint);border:1px solid var(--line);border-radius:.4rem;\
            padding:.9rem 1rem;overflow-x:auto;font-size:.9rem}
            footer{font-size:.85rem;padding-top:1rem;padding-bottom:2rem}
            """;

    private Page() {}

    /** Writes what is between header and footer. */
    interface Main {
        void write(Html html) throws IOException;
    }

    static void send(Exchange exchange, String title, Main main) throws IOException {
        byte[] random = new byte[12];
        RANDOM.nextBytes(random);
        String nonce = HexFormat.of().formatHex(random);
        HttpFields.Mutable headers = exchange.headersOut();
        headers.put(
                "Content-Security-Policy",
                "default-src 'none'; style-src 'nonce-"
                        + nonce
                        + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        headers.put(Exchange.NO_SNIFF);
        headers.put("Referrer-Policy", "no-referrer");
        headers.put(Exchange.NO_CACHE);
        headers.put(HttpHeader.VARY, "Accept");
        exchange.stream(
                200,
                HTML,
                out -> {
                    Html html = new Html(out);
                    html.raw("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                            .raw("<meta name=\"viewport\" content=\"width=device-width\"><title>")
                            .text(title)
                            .raw("</title><style nonce=\"" + nonce + "\">\n" + STYLE)
                            .raw("</style></head>\n<body><header><strong>")
                            .link("/", "pfs")
                            .raw("</strong>");
                    navigation(html, exchange.prefix());
                    html.raw("</header>\n<main>\n");
                    main.write(html);
                    html.raw("</main>\n<footer>pfs: git for data</footer></body></html>\n");
                });
    }

    private static void navigation(Html html, String prefix) throws IOException {
        html.link(prefix + "/pfs/", "files")
                .link(prefix + "/commits", "commits")
                .link(prefix + "/status", "changes")
                .link(prefix + "/branches", "branches")
                .link("/repos", "repos");
    }
}
