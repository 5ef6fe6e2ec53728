package pfs.server.history;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import com.github.difflib.algorithm.myers.MyersDiffWithLinearSpace;
import com.github.difflib.patch.Patch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pfs.chunk.ContentReader;
import pfs.repo.Difference;
import pfs.tree.FileEntry;

/**
 * Differences of text files line by line, as {@code diff -u} and git write them. Files that are not
 * UTF-8 text, or longer than the limits, are only said to differ. Thread-safe.
 */
final class TextDiff {
    /** Bytes of one side. */
    static final int MAX_BYTES = 512 << 10;

    /** Lines of one side: two files without a line in common cost the product of theirs. */
    static final int MAX_LINES = 10_000;

    private static final int CONTEXT = 3;

    private final ContentReader contents;

    TextDiff(ContentReader contents) {
        this.contents = contents;
    }

    /** The difference as text, each line ended. */
    String of(Difference difference) throws IOException {
        String path = difference.path();
        String oldPath = difference.oldPath() == null ? path : difference.oldPath();
        StringBuilder out = new StringBuilder("diff --git a/" + oldPath + " b/" + path + "\n");
        FileEntry before = difference.before();
        FileEntry after = difference.after();
        if (before == null) {
            out.append("new file mode ").append(mode(after)).append('\n');
        } else if (after == null) {
            out.append("deleted file mode ").append(mode(before)).append('\n');
        } else if (before.executable() != after.executable()) {
            out.append("old mode ").append(mode(before)).append('\n');
            out.append("new mode ").append(mode(after)).append('\n');
        }
        if (difference.oldPath() != null) {
            out.append("rename from ").append(oldPath).append("\nrename to ");
            out.append(path).append('\n');
        }
        boolean same = before != null && after != null && before.content().equals(after.content());
        if (!same) {
            String left = before == null ? "/dev/null" : "a/" + oldPath;
            String right = after == null ? "/dev/null" : "b/" + path;
            hunks(out, left, right, lines(before), lines(after));
        }
        return out.toString();
    }

    private static String mode(@Nullable FileEntry file) {
        return file != null && file.executable() ? "100755" : "100644";
    }

    private static void hunks(
            StringBuilder out,
            String left,
            String right,
            @Nullable List<String> before,
            @Nullable List<String> after) {
        if (before == null || after == null) {
            out.append("Files ").append(left).append(" and ").append(right).append(" differ\n");
            return;
        }
        Patch<String> patch = DiffUtils.diff(before, after, new MyersDiffWithLinearSpace<String>());
        List<String> lines =
                UnifiedDiffUtils.generateUnifiedDiff(left, right, before, patch, CONTEXT);
        List<String> added = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (i >= 2 && line.startsWith("+")) {
                added.add(line);
                continue;
            }
            // What was comes before what is, as everybody writes it.
            if (i == 2) {
                line = header(line, before.isEmpty(), after.isEmpty());
            }
            if (!line.startsWith("-")) {
                added.forEach(plus -> out.append(plus).append('\n'));
                added.clear();
            }
            out.append(line).append('\n');
        }
        added.forEach(plus -> out.append(plus).append('\n'));
    }

    /** A side without lines begins at line 0, or patch and git refuse the hunk. */
    private static String header(String line, boolean nothingBefore, boolean nothingAfter) {
        String left = nothingBefore ? line.replace("@@ -1,0 ", "@@ -0,0 ") : line;
        return nothingAfter ? left.replace(" +1,0 @@", " +0,0 @@") : left;
    }

    /** The lines of a side, none for no file; null if it is no text or over a limit. */
    private @Nullable List<String> lines(@Nullable FileEntry file) throws IOException {
        if (file == null) {
            return List.of();
        }
        if (file.content().size() > MAX_BYTES) {
            return null;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) file.content().size());
        contents.read(file.content(), 0, file.content().size(), piece -> add(bytes, piece));
        String text;
        try {
            text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes.toByteArray()))
                            .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
        if (text.indexOf('\0') >= 0) {
            return null;
        }
        // The end of the last line matters: "a" and "a\n" are different files.
        List<String> lines = List.of(text.split("\n", -1));
        List<String> whole =
                lines.getLast().isEmpty() ? lines.subList(0, lines.size() - 1) : marked(lines);
        return whole.size() > MAX_LINES ? null : whole;
    }

    private static List<String> marked(List<String> lines) {
        List<String> marked = new ArrayList<>(lines);
        marked.set(lines.size() - 1, lines.getLast() + "\n\\ No newline at end of file");
        return marked;
    }

    private static void add(ByteArrayOutputStream bytes, ByteBuffer piece) {
        byte[] copy = new byte[piece.remaining()];
        piece.get(copy);
        bytes.writeBytes(copy);
    }
}
