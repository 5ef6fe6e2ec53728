package pfs.benchmarks.peers;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** A tar of files of less than a block, written quickly. */
final class SmallTar {
    private static final int BLOCK = 512;

    private SmallTar() {}

    /** A file of at most 512 bytes. */
    static void entry(OutputStream out, String name, String content) throws IOException {
        byte[] block = new byte[2 * BLOCK];
        byte[] body = content.getBytes(StandardCharsets.US_ASCII);
        text(block, 0, name);
        text(block, 100, "0000644\0" + "0000000\0" + "0000000\0");
        text(block, 124, octal(body.length, 11) + "\00014000000000\0" + "        0");
        text(block, 257, "ustar\00000");
        int sum = 0;
        for (int k = 0; k < BLOCK; k++) {
            sum += block[k];
        }
        text(block, 148, octal(sum, 6) + "\0 ");
        System.arraycopy(body, 0, block, BLOCK, body.length);
        out.write(block);
    }

    private static String octal(int value, int digits) {
        String text = Integer.toOctalString(value);
        return "0".repeat(digits - text.length()) + text;
    }

    static void end(OutputStream out) throws IOException {
        out.write(new byte[2 * BLOCK]);
    }

    private static void text(byte[] block, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }
}
