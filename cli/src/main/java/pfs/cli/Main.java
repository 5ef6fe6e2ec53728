package pfs.cli;

import pfs.api.Version;

/** The command line's beginning. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.out.println("pfs " + Version.current() + " " + String.join(" ", arguments));
    }
}
