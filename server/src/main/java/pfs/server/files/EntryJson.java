package pfs.server.files;

import java.util.Map;
import pfs.server.http.HttpDates;
import pfs.tree.DirectoryEntry;
import pfs.tree.Entry;
import pfs.tree.FileEntry;
import tools.jackson.core.JsonGenerator;

/** An entry of a listing, as JSON; a directory's path ends with a slash, as in the text form. */
final class EntryJson {
    private EntryJson() {}

    static void write(JsonGenerator json, String path, Entry entry) {
        json.writeStartObject();
        switch (entry) {
            case FileEntry file -> {
                json.writeStringProperty("path", path);
                json.writeStringProperty("type", "file");
                json.writeNumberProperty("size", file.content().size());
                json.writeStringProperty("id", file.content().id().toString());
                json.writeStringProperty("modified", HttpDates.rfc3339(file.modified()));
                details(json, file);
            }
            case DirectoryEntry directory -> {
                json.writeStringProperty("path", path + "/");
                json.writeStringProperty("type", "directory");
                json.writeNumberProperty("size", directory.bytes());
                json.writeStringProperty("id", directory.tree().toString());
                json.writeNullProperty("modified");
                json.writeNumberProperty("files", directory.files());
            }
        }
        json.writeEndObject();
    }

    private static void details(JsonGenerator json, FileEntry file) {
        if (file.executable()) {
            json.writeBooleanProperty("executable", true);
        }
        if (file.contentType() != null) {
            json.writeStringProperty("contentType", file.contentType());
        }
        if (!file.metadata().isEmpty()) {
            json.writeObjectPropertyStart("metadata");
            for (Map.Entry<String, String> pair : file.metadata().entrySet()) {
                json.writeStringProperty(pair.getKey(), pair.getValue());
            }
            json.writeEndObject();
        }
    }
}
