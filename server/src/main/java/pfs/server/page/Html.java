package pfs.server.page;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes HTML: what is given as text is escaped, what is markup comes from constants only. */
final class Html {
    private final OutputStream out;

    Html(OutputStream out) {
        this.out = out;
    }

    /** Writes markup as it is; only for constants. */
    Html raw(String markup) throws IOException {
        out.write(markup.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** Writes text, safe in elements and in quoted attributes. */
    Html text(String text) throws IOException {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.append(c);
            }
        }
        return raw(safe.toString());
    }

    Html link(String href, String label) throws IOException {
        return raw("<a href=\"").text(href).raw("\">").text(label).raw("</a>");
    }
}
