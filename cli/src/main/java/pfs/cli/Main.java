package pfs.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;

/** The command line's beginning. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        int code =
                arguments.length >= 2 && arguments[0].equals("train")
                        ? Training.run(arguments)
                        : new Invocation(out, System.err).run(arguments);
        System.exit(code);
    }
}
