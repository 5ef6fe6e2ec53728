package pfs.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;

/**
 * One entry of a listing.
 *
 * @param path from the repo's root, without a slash at the end
 * @param type file or directory
 * @param size bytes; of a directory, of all files below it
 * @param id content id (64 hex digits) of a file, tree id of a directory
 * @param modified the file's time, to the nanosecond; null for a directory
 * @param executable the file's executable bit
 */
public record ListedEntry(
        String path,
        Type type,
        long size,
        String id,
        @Nullable Instant modified,
        boolean executable) {
    /** What an entry is. */
    public enum Type {
        FILE("file"),
        DIRECTORY("directory");

        private final String word;

        Type(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /**
     * Writes {@code {"path","type","size","id","modified"}}, and {@code "executable":true} where it
     * is.
     */
    public void writeTo(JsonGenerator json) {
        json.writeStartObject();
        json.writeStringProperty("path", path);
        json.writeStringProperty("type", type.toString());
        json.writeNumberProperty("size", size);
        json.writeStringProperty("id", id);
        if (modified != null) {
            json.writeStringProperty("modified", modified.toString());
        }
        if (executable) {
            json.writeBooleanProperty("executable", true);
        }
        json.writeEndObject();
    }

    /** Reads what writeTo wrote; the parser stands on the object's start. */
    static ListedEntry read(JsonParser json) {
        String path = "";
        Type type = Type.FILE;
        long size = 0;
        String id = "";
        Instant modified = null;
        boolean executable = false;
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            json.nextToken();
            switch (name) {
                case "path" -> path = json.getString();
                case "type" ->
                        type = json.getString().equals("directory") ? Type.DIRECTORY : Type.FILE;
                case "size" -> size = json.getLongValue();
                case "id" -> id = json.getString();
                case "modified" -> modified = Instant.parse(json.getString());
                case "executable" -> executable = json.getBooleanValue();
                default -> json.skipChildren();
            }
        }
        return new ListedEntry(path, type, size, id, modified, executable);
    }
}
