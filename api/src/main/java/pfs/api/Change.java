package pfs.api;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * A line of a status or a diff.
 *
 * @param letter A, M, D or R
 * @param path of an R, the new path
 * @param oldPath of an R; else null
 */
public record Change(char letter, String path, @Nullable String oldPath) {
    /** The letter, a tab, the path; for R the old path, a tab, the new one. */
    public String line() {
        return oldPath == null ? letter + "\t" + path : letter + "\t" + oldPath + "\t" + path;
    }

    public void writeTo(JsonGenerator json) {
        json.writeStartObject();
        json.writeStringProperty("change", String.valueOf(letter));
        json.writeStringProperty("path", path);
        if (oldPath != null) {
            json.writeStringProperty("from", oldPath);
        }
        json.writeEndObject();
    }
}
