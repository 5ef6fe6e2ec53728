package pfs.server.auth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import pfs.server.http.Right;

/**
 * The file behind {@code --auth}: a line a token, {@code NAME sha256:HEX RIGHTS}. RIGHTS is read,
 * write or admin, or several with commas or spaces between them, each with {@code @REPO} behind it
 * to bind it to a repo. Empty lines and those that begin with # are comments.
 */
public final class TokenFile {
    private TokenFile() {}

    /**
     * @throws IllegalArgumentException naming the line that is not understood
     */
    public static List<Token> read(Path file) throws IOException {
        List<Token> tokens = new ArrayList<>();
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                tokens.add(parse(line, file + " line " + (i + 1)));
            }
        }
        return tokens;
    }

    private static Token parse(String line, String where) {
        String[] fields = line.split("\\s+", 3);
        if (fields.length < 3 || !fields[1].matches("sha256:[0-9a-fA-F]{64}")) {
            throw new IllegalArgumentException(
                    where + ": expected NAME sha256:HEX RIGHTS, with 64 hex digits");
        }
        List<Token.Grant> grants = new ArrayList<>();
        for (String grant : fields[2].split("[,\\s]+")) {
            grants.add(grant(grant, where));
        }
        return new Token(fields[0], fields[1].substring(7).toLowerCase(Locale.ROOT), grants);
    }

    private static Token.Grant grant(String text, String where) {
        int at = text.indexOf('@');
        @Nullable String repo = at < 0 ? null : text.substring(at + 1);
        Right right =
                switch (at < 0 ? text : text.substring(0, at)) {
                    case "read" -> Right.READ;
                    case "write" -> Right.WRITE;
                    case "admin" -> Right.ADMIN;
                    default ->
                            throw new IllegalArgumentException(
                                    where
                                            + ": '"
                                            + text
                                            + "' is no right; they are read, write and admin");
                };
        return new Token.Grant(right, repo);
    }
}
