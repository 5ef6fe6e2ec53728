package pfs.tree;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;

/** Bytes of a tree node in the making; the counterpart of {@link NodeInput}. Not thread-safe. */
final class NodeOutput {
    private byte[] bytes;
    private int length;

    NodeOutput(int capacity) {
        bytes = new byte[capacity];
    }

    int length() {
        return length;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    void u8(int value) {
        room(1);
        bytes[length++] = (byte) value;
    }

    void bytes(byte[] from, int start, int count) {
        room(count);
        System.arraycopy(from, start, bytes, length, count);
        length += count;
    }

    void id(ObjectId id) {
        room(ObjectId.BYTES);
        id.encode(bytes, length);
        length += ObjectId.BYTES;
    }

    void varint(long value) {
        room(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
    }

    void zigzag(long value) {
        varint((value << 1) ^ (value >> 63));
    }

    void text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length != text.length() && !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new PfsException(
                    ErrorCode.INVALID_REQUEST, "the text '" + text + "' is not Unicode");
        }
        varint(utf8.length);
        bytes(utf8, 0, utf8.length);
    }

    private void room(int count) {
        if (bytes.length - length < count) {
            bytes = Arrays.copyOf(bytes, Math.max(length + count, bytes.length * 2));
        }
    }
}
