package pfs.testing.fuzz;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where inputs have led so far. Two inputs lead to the same place if both are refused in the same
 * words, names and numbers aside, or both are taken and about as much comes of them. That is what
 * stands here for the coverage of code: each refusal has words of its own. Not thread-safe.
 */
final class Outcomes {
    /** Characters of a message that are looked at, from each end. */
    private static final int WORDS = 40;

    /** Characters at the beginning that say enough: the end is a name of the input's then. */
    private static final int ENOUGH = 12;

    private final Set<Long> seen = new HashSet<>();

    /** True if no input has come to this before. */
    boolean isNew(long size, @Nullable Throwable refusal) {
        return seen.add(refusal == null ? 64 - Long.numberOfLeadingZeros(size) : shape(refusal));
    }

    /**
     * The words at the beginning of the message, or at both ends where it begins with a name, as
     * far as nothing of the input is among them.
     */
    private static long shape(Throwable refusal) {
        long shape = refusal.getClass().getName().hashCode();
        @Nullable String message = refusal.getMessage();
        if (message == null) {
            return shape;
        }
        int at = 0;
        while (at < Math.min(WORDS, message.length()) && isPlain(message.charAt(at))) {
            shape = shape * 31 + message.charAt(at++);
        }
        int last = at >= ENOUGH ? at : message.length() - 1;
        while (last > at && message.length() - last < WORDS && isPlain(message.charAt(last))) {
            shape = shape * 31 + message.charAt(last--);
        }
        return shape;
    }

    private static boolean isPlain(char c) {
        return c >= 'a' && c <= 'z' || c == ' ' || c == ',';
    }

    int size() {
        return seen.size();
    }
}
