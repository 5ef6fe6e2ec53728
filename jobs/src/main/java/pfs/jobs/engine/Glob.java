package pfs.jobs.engine;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * A path with {@code *} (within a name), {@code **} (any directories), {@code ?} and {@code […]}.
 * Immutable.
 */
final class Glob {
    private final Pattern pattern;

    private Glob(Pattern pattern) {
        this.pattern = pattern;
    }

    static boolean isGlob(String path) {
        return path.chars().anyMatch(c -> c == '*' || c == '?' || c == '[');
    }

    /** The longest directory that all matches are in; "" for the root. */
    static String fixedDirectory(String glob) {
        int first = 0;
        while (first < glob.length() && "*?[".indexOf(glob.charAt(first)) < 0) {
            first++;
        }
        int slash = glob.lastIndexOf('/', first);
        return slash < 0 ? "" : glob.substring(0, slash);
    }

    static Glob compile(String glob) {
        StringBuilder regex = new StringBuilder();
        int i = 0;
        while (i < glob.length()) {
            char c = glob.charAt(i);
            if (glob.startsWith("**/", i) && (i == 0 || glob.charAt(i - 1) == '/')) {
                regex.append("(?:.*/)?");
                i += 3;
            } else if (glob.startsWith("**", i)) {
                regex.append(".*");
                i += 2;
            } else if (c == '*') {
                regex.append("[^/]*");
                i++;
            } else if (c == '?') {
                regex.append("[^/]");
                i++;
            } else if (c == '[' && glob.indexOf(']', i + 2) > 0) {
                int end = glob.indexOf(']', i + 2);
                String set = glob.substring(i + 1, end).replace("\\", "\\\\").replace("[", "\\[");
                regex.append("(?!/)[")
                        .append(set.startsWith("!") ? "^" + set.substring(1) : set)
                        .append(']');
                i = end + 1;
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
                i++;
            }
        }
        try {
            return new Glob(Pattern.compile(regex.toString(), Pattern.DOTALL));
        } catch (PatternSyntaxException e) {
            throw new PfsException(
                    ErrorCode.INVALID_REQUEST, "the glob '" + glob + "' is not one", glob, e);
        }
    }

    boolean matches(String path) {
        return pattern.matcher(path).matches();
    }
}
