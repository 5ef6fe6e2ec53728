package pfs.server.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The usual head of a tar's member: a block of ustar (POSIX.1-1988) or of GNU's kind for a file or
 * a directory, with octal numbers and a name in ASCII, after at most one pax record (POSIX.1-2001)
 * of path, times and size. Not thread-safe; used again for each member.
 */
final class TarHead {
    static final int BLOCK = 512;

    private static final int LONGEST_PAX = 8 * 1024;

    /** Bytes of a head, at most. */
    static final int LONGEST = LONGEST_PAX + 2 * BLOCK;

    private static final int NAME = 100;
    private static final int PREFIX = 345;
    private static final int LONGEST_PREFIX = 155;
    private static final int TYPE = 156;
    private static final int CHECKSUM = 148;
    private static final byte[] MARK = {'u', 's', 't', 'a', 'r'};

    /** Where owner, group and device stand, which say nothing here. */
    private static final int[] OTHERS = {108, 116, 329, 337};

    private static final int LONGEST_NUMBER = 18;
    private static final long UNUSUAL = -1;
    private static final long SECOND = 1_000_000_000L;

    private final byte[] block = new byte[BLOCK];
    private final byte[] pax = new byte[LONGEST_PAX];
    private @Nullable String path;
    private long length;
    private long time;
    private String name = "";
    private boolean directory;

    String name() {
        return name;
    }

    boolean directory() {
        return directory;
    }

    long size() {
        return length;
    }

    /** Nanoseconds since 1970-01-01T00:00Z. */
    long modified() {
        return time;
    }

    boolean executable() {
        return (octal(100, 8) & 0111) != 0;
    }

    /** Reads a head; false if there is none, or one that is not usual or not right. */
    boolean read(InputStream in) throws IOException {
        path = null;
        length = UNUSUAL;
        time = UNUSUAL;
        if (!fill(in, block, BLOCK) || !intact()) {
            return false;
        }
        if (block[TYPE] == 'x' && !(records(in) && fill(in, block, BLOCK) && intact())) {
            return false;
        }
        return member();
    }

    private boolean member() {
        byte type = block[TYPE];
        String named = path != null ? path : ownName();
        if (named == null || named.startsWith("/") || type != '0' && type != '5') {
            return false;
        }
        name = named;
        length = length == UNUSUAL ? octal(124, 12) : length;
        time = time == UNUSUAL ? octal(136, 12) * SECOND : time;
        directory = type == '5' || named.endsWith("/");
        return !directory || length == 0;
    }

    /** The name in the block; null if it is none in ASCII. */
    private @Nullable String ownName() {
        String own = ascii(0, NAME);
        if (own == null || block[262] != 0 || block[PREFIX] == 0) {
            return own;
        }
        String prefix = ascii(PREFIX, LONGEST_PREFIX);
        return prefix == null ? null : prefix + "/" + own;
    }

    private @Nullable String ascii(int at, int width) {
        int end = at;
        while (end < at + width && block[end] != 0) {
            if (block[end] < 0) {
                return null;
            }
            end++;
        }
        return end == at ? null : new String(block, at, end - at, StandardCharsets.ISO_8859_1);
    }

    /** True for a block with ustar's or GNU's mark, right numbers and the right checksum. */
    private boolean intact() {
        for (int i = 0; i < MARK.length; i++) {
            if (block[257 + i] != MARK[i]) {
                return false;
            }
        }
        boolean numbers = octal(100, 8) >= 0 && octal(124, 12) >= 0 && octal(136, 12) >= 0;
        for (int at : OTHERS) {
            numbers &= block[at] == 0 || octal(at, 8) >= 0;
        }
        return numbers
                && (block[262] == 0 || block[262] == ' ')
                && octal(CHECKSUM, 8) == checksum();
    }

    /** The sum of all bytes, its own field taken as spaces. */
    private long checksum() {
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xff;
        }
        for (int i = CHECKSUM; i < CHECKSUM + 8; i++) {
            sum += ' ' - (block[i] & 0xff);
        }
        return sum;
    }

    /** Octal digits behind zeros or spaces, with zero bytes or spaces after them. */
    private long octal(int at, int width) {
        int i = at;
        while (i < at + width && block[i] == ' ') {
            i++;
        }
        int first = i;
        long value = 0;
        while (i < at + width && block[i] >= '0' && block[i] <= '7') {
            value = value << 3 | (block[i] - '0');
            i++;
        }
        int behind = i;
        while (i < at + width && (block[i] == 0 || block[i] == ' ')) {
            i++;
        }
        boolean ended = behind > first && i > behind && i == at + width;
        return ended ? value : UNUSUAL;
    }

    /** {@code LENGTH KEY=VALUE\n} …: false for other keys than path, times and size. */
    private boolean records(InputStream in) throws IOException {
        long size = octal(124, 12);
        if (size <= 0 || size > LONGEST_PAX) {
            return false;
        }
        int end = (int) size;
        if (!fill(in, pax, end + (-end & (BLOCK - 1)))) {
            return false;
        }
        int at = 0;
        while (at < end) {
            int digits = at;
            while (digits < end && pax[digits] != ' ') {
                digits++;
            }
            long recordLength = decimal(at, digits);
            if (recordLength < digits - at + 4 || recordLength > end - at) {
                return false;
            }
            int next = at + (int) recordLength;
            if (pax[next - 1] != '\n' || !record(digits + 1, next - 1)) {
                return false;
            }
            at = next;
        }
        return true;
    }

    private boolean record(int at, int end) {
        int equals = at;
        while (equals < end && pax[equals] != '=') {
            equals++;
        }
        int value = equals + 1;
        if (value >= end) {
            return false;
        }
        if (is("path", at, equals)) {
            path = new String(pax, value, end - value, StandardCharsets.UTF_8);
            return path.indexOf('\0') < 0 && path.indexOf('\uFFFD') < 0;
        }
        if (is("mtime", at, equals)) {
            time = nanos(value, end);
            return time != UNUSUAL;
        }
        if (is("size", at, equals)) {
            length = decimal(value, end);
            return length != UNUSUAL;
        }
        return is("atime", at, equals) || is("ctime", at, equals);
    }

    private boolean is(String key, int at, int end) {
        if (end - at != key.length()) {
            return false;
        }
        for (int i = 0; i < key.length(); i++) {
            if (pax[at + i] != key.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private long decimal(int at, int end) {
        if (end <= at || end - at > LONGEST_NUMBER) {
            return UNUSUAL;
        }
        long value = 0;
        for (int i = at; i < end; i++) {
            if (pax[i] < '0' || pax[i] > '9') {
                return UNUSUAL;
            }
            value = 10 * value + (pax[i] - '0');
        }
        return value;
    }

    /** Seconds, with at most nine digits of a fraction, as nanoseconds. */
    private long nanos(int at, int end) {
        int point = at;
        while (point < end && pax[point] != '.') {
            point++;
        }
        long seconds = decimal(at, point);
        if (seconds < 0 || seconds >= Long.MAX_VALUE / SECOND || end - point > 10) {
            return UNUSUAL;
        }
        long nanos = seconds * SECOND;
        long unit = SECOND;
        for (int i = point + 1; i < end; i++) {
            if (pax[i] < '0' || pax[i] > '9') {
                return UNUSUAL;
            }
            unit /= 10;
            nanos += unit * (pax[i] - '0');
        }
        return nanos;
    }

    private static boolean fill(InputStream in, byte[] into, int bytes) throws IOException {
        return in.readNBytes(into, 0, bytes) == bytes;
    }
}
