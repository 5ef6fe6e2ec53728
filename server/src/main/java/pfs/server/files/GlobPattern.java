package pfs.server.files;

import java.util.List;

/**
 * A path with wildcards: {@code *} and {@code ?} within a name, {@code [abc]}, {@code [a-z]} and
 * {@code [!a]}, and {@code **} as a whole segment for any number of directories (at the end, for
 * all files below). Matching takes time linear in each star's reach, whatever the pattern.
 * Immutable.
 */
public final class GlobPattern {
    private final List<String> segments;

    private GlobPattern(List<String> segments) {
        this.segments = segments;
    }

    static boolean isGlob(String path) {
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '*' || c == '?' || c == '[') {
                return true;
            }
        }
        return false;
    }

    public static GlobPattern parse(String path) {
        return new GlobPattern(List.of(path.split("/", -1)));
    }

    int depth() {
        return segments.size();
    }

    String segment(int index) {
        return segments.get(index);
    }

    /** The index of the first segment that is a {@code **}; -1 if there is none. */
    int deep() {
        return segments.indexOf("**");
    }

    /** Leading segments without a wildcard: the directory in which to look. */
    int literals() {
        int n = 0;
        while (n < segments.size() - 1 && !isGlob(segments.get(n))) {
            n++;
        }
        return n;
    }

    String prefix(int count) {
        return String.join("/", segments.subList(0, count));
    }

    public boolean matchesPath(String path) {
        String[] names = path.split("/", -1);
        int s = 0;
        int n = 0;
        int starSegment = -1;
        int starName = 0;
        while (n < names.length) {
            if (s < segments.size() && segments.get(s).equals("**")) {
                if (s == segments.size() - 1) {
                    return true;
                }
                starSegment = s++;
                starName = n;
            } else if (s < segments.size() && matches(segments.get(s), names[n])) {
                s++;
                n++;
            } else if (starSegment >= 0) {
                s = starSegment + 1;
                n = ++starName;
            } else {
                return false;
            }
        }
        return s == segments.size();
    }

    /** Whether a name matches one segment. */
    static boolean matches(String pattern, String name) {
        int p = 0;
        int n = 0;
        int star = -1;
        int starName = 0;
        while (n < name.length()) {
            int next = p < pattern.length() ? one(pattern, p, name.codePointAt(n)) : -1;
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                starName = n;
            } else if (next >= 0) {
                p = next;
                n += Character.charCount(name.codePointAt(n));
            } else if (star >= 0) {
                p = star + 1;
                starName += Character.charCount(name.codePointAt(starName));
                n = starName;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    /** Where the pattern goes on if its next element matches the character; else -1. */
    private static int one(String pattern, int at, int character) {
        int first = pattern.codePointAt(at);
        if (first == '?') {
            return at + 1;
        }
        if (first == '[') {
            int close = pattern.indexOf(']', at + 2 + (negated(pattern, at + 1) ? 1 : 0));
            if (close > 0) {
                return inClass(pattern, at + 1, close, character) ? close + 1 : -1;
            }
        }
        return first == character ? at + Character.charCount(first) : -1;
    }

    private static boolean negated(String pattern, int at) {
        return at < pattern.length() && (pattern.charAt(at) == '!' || pattern.charAt(at) == '^');
    }

    private static boolean inClass(String pattern, int start, int end, int character) {
        boolean negated = negated(pattern, start);
        int at = negated ? start + 1 : start;
        boolean found = false;
        while (at < end) {
            int low = pattern.codePointAt(at);
            at += Character.charCount(low);
            int high = low;
            if (at + 1 < end && pattern.charAt(at) == '-') {
                high = pattern.codePointAt(at + 1);
                at += 1 + Character.charCount(high);
            }
            found |= low <= character && character <= high;
        }
        return found != negated;
    }
}
