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
        void read(byte[] input) throws Exception;
    }

    public Target {
        corpus = List.copyOf(corpus);
        refusals = List.copyOf(refusals);
    }

    void feed(byte[] input) throws Exception {
        feed.read(input);
    }

    boolean refuses(Throwable thrown) {
        return refusals.stream().anyMatch(type -> type.isInstance(thrown));
    }
}
