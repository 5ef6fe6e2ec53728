package pfs.jobs.spec;

/** How an input file is cut into what one POST carries. */
public sealed interface Split {
    /** One file, one POST. */
    record None() implements Split {}

    /** Records are lines; they end with a line feed. */
    record Lines() implements Split {}

    /** Records are paragraphs; they end with an empty line. */
    record BlankLine() implements Split {}

    /** Records of so many bytes each. */
    record Fixed(int bytes) implements Split {
        public static final int MAX_BYTES = 1 << 20;
    }

    /** As the spec writes it. */
    default String text() {
        return switch (this) {
            case None _ -> "none";
            case Lines _ -> "lines";
            case BlankLine _ -> "blank-line";
            case Fixed fixed -> "fixed:" + fixed.bytes();
        };
    }
}
