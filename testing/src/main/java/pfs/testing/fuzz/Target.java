package pfs.testing.fuzz;

import java.util.List;

/**
 * A parser, and inputs that it takes.
 *
 * @param refusals exceptions by which it may refuse an input
 */
public record Target(
        String name, List<byte[]> corpus, List<Class<? extends Throwable>> refusals, Feed feed) {
    /** Has the parser read an input. */
    public interface Feed {
        /**
         * Reads an input.
         *
         * @return how much came of it: an input that leads to more, or less, than others did is
         *     kept
         */
        long read(byte[] input) throws Exception;
    }

    public Target {
        corpus = List.copyOf(corpus);
        refusals = List.copyOf(refusals);
    }

    /** With more inputs to begin with. */
    Target with(List<byte[]> more) {
        List<byte[]> all = new java.util.ArrayList<>(corpus);
        all.addAll(more);
        return new Target(name, all, refusals, feed);
    }

    long feed(byte[] input) throws Exception {
        return feed.read(input);
    }

    boolean refuses(Throwable thrown) {
        for (Class<? extends Throwable> type : refusals) {
            if (type.isInstance(thrown)) {
                return true;
            }
        }
        return false;
    }
}
