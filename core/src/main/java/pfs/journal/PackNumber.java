package pfs.journal;

import java.util.HexFormat;

/**
 * Names of packs by their number, and positions in the row of all packs: the number in the upper 32
 * bits, the offset in the lower.
 */
final class PackNumber {
    private static final HexFormat HEX = HexFormat.of();

    private PackNumber() {}

    static String pack(long number) {
        return HEX.toHexDigits(number) + ".pack";
    }

    static String index(long number) {
        return HEX.toHexDigits(number) + ".index";
    }

    /** The mark that says that a pack is in the trash. */
    static String dead(long number) {
        return HEX.toHexDigits(number) + ".dead";
    }

    /** The number of a pack or an index blob by its name. */
    static long parse(String name) {
        return Long.parseUnsignedLong(name.substring(0, name.indexOf('.')), 16);
    }

    static long position(long number, long offset) {
        return number << Integer.SIZE | offset;
    }

    static long number(long position) {
        return position >>> Integer.SIZE;
    }

    static long offset(long position) {
        return position & 0xFFFF_FFFFL;
    }
}
