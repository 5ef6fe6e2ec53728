package pfs.server.care;

import pfs.repo.Collected;
import tools.jackson.core.JsonGenerator;

/** What a collection of garbage came to, for people and for programs. */
public final class CollectedText {
    private CollectedText() {}

    /** A line each: a name, two spaces, a number. */
    public static String of(Collected collected) {
        return "freed-bytes  "
                + freed(collected)
                + "\nfreed-objects  "
                + collected.deadObjects()
                + "\nlive-objects  "
                + collected.liveObjects()
                + "\npacks  "
                + collected.packs()
                + "\ncopied-bytes  "
                + collected.copiedBytes()
                + "\ndeleted-bytes  "
                + collected.deletedBytes()
                + "\ntrash-bytes  "
                + collected.trashBytes()
                + "\ndamaged-packs  "
                + collected.damagedPacks()
                + "\n";
    }

    private static long freed(Collected collected) {
        return Math.max(0, collected.packBytes() - collected.copiedBytes());
    }

    static void write(JsonGenerator json, Collected collected) {
        json.writeStartObject();
        json.writeNumberProperty("freedBytes", freed(collected));
        json.writeNumberProperty("freedObjects", collected.deadObjects());
        json.writeNumberProperty("liveObjects", collected.liveObjects());
        json.writeNumberProperty("packs", collected.packs());
        json.writeNumberProperty("copiedBytes", collected.copiedBytes());
        json.writeNumberProperty("deletedBytes", collected.deletedBytes());
        json.writeNumberProperty("trashBytes", collected.trashBytes());
        json.writeNumberProperty("damagedPacks", collected.damagedPacks());
        json.writeEndObject();
    }
}
