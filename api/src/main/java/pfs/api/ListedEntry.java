package pfs.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

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
     * Reads an entry; the parser stands on the object's start. As it travels, a directory's path
     * ends with a slash.
     */
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
                case "modified" -> modified = time(json);
                case "executable" -> executable = json.getBooleanValue();
                default -> json.skipChildren();
            }
        }
        if (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        return new ListedEntry(path, type, size, id, modified, executable);
    }

    private static @Nullable Instant time(JsonParser json) {
        return json.currentToken() == JsonToken.VALUE_STRING
                ? Instant.parse(json.getString())
                : null;
    }
}
