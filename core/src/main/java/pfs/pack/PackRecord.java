package pfs.pack;

import java.nio.ByteBuffer;

/** A record that was read from a pack and found intact: see {@link RecordFormat}. */
public final class PackRecord {
    private final int kind;
    private final int flags;
    private final int rawLength;
    private final byte[] id;
    private final ByteBuffer payload;

    PackRecord(int kind, int flags, int rawLength, byte[] id, ByteBuffer payload) {
        this.kind = kind;
        this.flags = flags;
        this.rawLength = rawLength;
        this.id = id;
        this.payload = payload;
    }

    public int kind() {
        return kind;
    }

    /** {@link RecordFormat#PLAIN} or {@link RecordFormat#ZSTD}. */
    public int flags() {
        return flags;
    }

    /** Bytes of the payload when it is not compressed. */
    public int rawLength() {
        return rawLength;
    }

    /** The array itself, not a copy: do not change it. */
    public byte[] id() {
        return id;
    }

    /** The bytes as stored; valid as long as the buffer that they were read into. */
    public ByteBuffer payload() {
        return payload;
    }

    /** Bytes of the whole record. */
    public int length() {
        return RecordFormat.HEADER + payload.capacity();
    }
}
