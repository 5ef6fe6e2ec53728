package pfs.cli.mount.tree;

import java.io.IOException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import pfs.api.ListedEntry;

/**
 * A directory that was opened: its entries by number, from pages of its listing. The page that is
 * read and the one before it are kept; who goes farther back has it listed from its beginning.
 * Thread-safe.
 */
final class OpenDirectory {
    private final Source source;
    private final String path;
    private final BiConsumer<String, ListedEntry> seen;
    private @Nullable Part before;
    private @Nullable Part now;

    /** A page, and the number of its first entry. */
    private record Part(long first, Source.Page page) {
        long end() {
            return first + page.entries().size();
        }

        boolean has(long number) {
            return first <= number && number < end();
        }
    }

    /**
     * @param seen takes each entry by its path when it is fetched
     */
    OpenDirectory(Source source, String path, BiConsumer<String, ListedEntry> seen) {
        this.source = source;
        this.path = path;
        this.seen = seen;
    }

    /** The entry of a number, from 0 on; null behind the last. */
    synchronized @Nullable ListedEntry entry(long number) throws IOException {
        Part part = now;
        if (part == null || number < part.first && (before == null || !before.has(number))) {
            before = null;
            part = fetch(0, null);
        }
        if (before != null && before.has(number)) {
            return before.page.entries().get((int) (number - before.first));
        }
        while (!part.has(number)) {
            String next = part.page.next();
            if (next == null) {
                return null;
            }
            before = part;
            part = fetch(part.end(), next);
        }
        return part.page.entries().get((int) (number - part.first));
    }

    private Part fetch(long first, @Nullable String after) throws IOException {
        Part part = new Part(first, source.list(path, after));
        for (ListedEntry entry : part.page.entries()) {
            verify(name(entry));
            seen.accept(path.isEmpty() ? name(entry) : path + "/" + name(entry), entry);
        }
        now = part;
        return part;
    }

    /** The kernel would refuse these too, or end the name early. */
    private static void verify(String name) throws IOException {
        if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf(0) >= 0) {
            throw new IOException("the server sent the name '" + name + "', which is refused");
        }
    }

    static String name(ListedEntry entry) {
        return entry.path().substring(entry.path().lastIndexOf('/') + 1);
    }
}
