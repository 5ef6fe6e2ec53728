package pfs.client.tar;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The block before each member, as ustar has it:
 *
 * <pre>
 *   0 name 100 | 100 mode 8 | 108 uid 8 | 116 gid 8 | 124 size 12 | 136 mtime 12 | 148 checksum 8
 * 156 type 1   | 157 link 100 | 257 "ustar\0" "00" | 265 … | 345 prefix 155 | 500 zeros
 * </pre>
 *
 * Numbers are octal digits with a zero or a space behind. What does not fit (long names, other than
 * ASCII, parts of a second, 8 GiB) stands in a pax record before it. Stateless.
 */
final class TarHeader {
    static final int NAME = 100;
    static final long MAX_OCTAL = 077777777777L;
    static final int TYPE = 156;
    private static final int CHECKSUM = 148;

    private TarHeader() {}

    /** The headers of an entry, with a pax record where it needs one. */
    static byte[] encode(TarEntry entry) {
        String name = entry.directory() ? entry.path() + "/" : entry.path();
        byte[] pax = paxRecords(entry, name).getBytes(StandardCharsets.UTF_8);
        int before =
                pax.length == 0 ? 0 : TarEntry.BLOCK + pax.length + TarEntry.padding(pax.length);
        byte[] out = new byte[before + TarEntry.BLOCK];
        if (before > 0) {
            block(out, 0, "PaxHeader", 0644, pax.length, 0, 'x');
            System.arraycopy(pax, 0, out, TarEntry.BLOCK, pax.length);
        }
        int mode = entry.directory() || entry.executable() ? 0755 : 0644;
        long seconds = Math.floorDiv(entry.modified(), TarEntry.SECOND);
        long size = entry.size() <= MAX_OCTAL ? entry.size() : 0;
        char type = entry.directory() ? '5' : '0';
        block(out, before, name, mode, size, Math.max(0, Math.min(seconds, MAX_OCTAL)), type);
        return out;
    }

    private static String paxRecords(TarEntry entry, String name) {
        StringBuilder out = new StringBuilder();
        if (name.length() > NAME || !name.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
            record(out, "path", name);
        }
        if (entry.size() > MAX_OCTAL) {
            record(out, "size", Long.toString(entry.size()));
        }
        long nanos = Math.floorMod(entry.modified(), TarEntry.SECOND);
        if (nanos != 0 || entry.modified() < 0) {
            record(out, "mtime", decimal(entry.modified()));
        }
        return out.toString();
    }

    private static String decimal(long nanos) {
        long whole = Math.abs(nanos) / TarEntry.SECOND;
        long part = Math.abs(nanos) % TarEntry.SECOND;
        return (nanos < 0 ? "-" : "")
                + whole
                + "."
                + Long.toString(part + TarEntry.SECOND).substring(1);
    }

    /** A record's length counts its own digits. */
    private static void record(StringBuilder out, String key, String value) {
        int rest = value.getBytes(StandardCharsets.UTF_8).length + key.length() + 3;
        int length = rest + Integer.toString(rest).length();
        if (Integer.toString(length).length() > Integer.toString(rest).length()) {
            length++;
        }
        out.append(length).append(' ').append(key).append('=').append(value).append('\n');
    }

    private static void block(
            byte[] out, int at, String name, int mode, long size, long mtime, char type) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, out, at, Math.min(bytes.length, NAME));
        octal(out, at + 100, 8, mode);
        octal(out, at + 108, 8, 0);
        octal(out, at + 116, 8, 0);
        octal(out, at + 124, 12, size);
        octal(out, at + 136, 12, mtime);
        out[at + TYPE] = (byte) type;
        byte[] magic = "ustar\00000".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(magic, 0, out, at + 257, magic.length);
        octal(out, at + CHECKSUM, 7, checksum(out, at));
        out[at + CHECKSUM + 7] = ' ';
    }

    private static void octal(byte[] out, int at, int width, long value) {
        long rest = value;
        for (int i = at + width - 2; i >= at; i--) {
            out[i] = (byte) ('0' + (rest & 7));
            rest >>>= 3;
        }
    }

    /** The sum of all bytes, its own field taken as spaces. */
    static long checksum(byte[] block, int at) {
        long sum = 8L * ' ';
        for (int i = 0; i < TarEntry.BLOCK; i++) {
            if (i < CHECKSUM || i >= CHECKSUM + 8) {
                sum += block[at + i] & 0xff;
            }
        }
        return sum;
    }

    static boolean intact(byte[] block) {
        return number(block, CHECKSUM, 8) == checksum(block, 0);
    }

    /** Octal digits, or base-256 where the first bit is set (GNU). */
    static long number(byte[] block, int at, int width) {
        if ((block[at] & 0x80) != 0) {
            long value = block[at] & 0x3f;
            for (int i = at + 1; i < at + width; i++) {
                value = value << 8 | (block[i] & 0xff);
            }
            return value;
        }
        long value = 0;
        for (int i = at; i < at + width; i++) {
            if (block[i] >= '0' && block[i] <= '7') {
                value = value << 3 | (block[i] - '0');
            } else if (block[i] != ' ' || value != 0) {
                break;
            }
        }
        return value;
    }

    static String text(byte[] block, int at, int width) {
        int end = at;
        while (end < at + width && block[end] != 0) {
            end++;
        }
        return new String(Arrays.copyOfRange(block, at, end), StandardCharsets.UTF_8);
    }
}
