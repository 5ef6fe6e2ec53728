package pfs.object;

/** What an object is. The code is part of the on-disk format and never changes. */
public enum ObjectKind {
    CHUNK(1),
    MANIFEST(2),
    TREE(3),
    COMMIT(4);

    private final int code;

    ObjectKind(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    /** The kind of a code; throws IllegalArgumentException for an unknown one. */
    public static ObjectKind of(int code) {
        return switch (code) {
            case 1 -> CHUNK;
            case 2 -> MANIFEST;
            case 3 -> TREE;
            case 4 -> COMMIT;
            default -> throw new IllegalArgumentException("unknown object kind " + code);
        };
    }
}
