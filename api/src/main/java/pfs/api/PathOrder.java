package pfs.api;

import java.util.Comparator;

/**
 * The order of listings: by unsigned UTF-8 bytes of whole paths, directories with a slash at their
 * end. Java's own order differs where surrogates are. Stateless.
 */
public final class PathOrder implements Comparator<String> {
    public static final PathOrder INSTANCE = new PathOrder();

    private PathOrder() {}

    @Override
    public int compare(String a, String b) {
        int end = Math.min(a.length(), b.length());
        for (int i = 0; i < end; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                boolean pairX = Character.isSurrogate(x);
                boolean pairY = Character.isSurrogate(y);
                return pairX == pairY ? x - y : pairX ? 1 : -1;
            }
        }
        return a.length() - b.length();
    }
}
