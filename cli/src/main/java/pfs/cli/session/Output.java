package pfs.cli.session;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import pfs.api.Json;
import tools.jackson.core.JsonGenerator;

/**
 * Standard output: UTF-8 whatever the locale; unlike PrintStream it fails when nobody reads any
 * more. Not thread-safe.
 */
public final class Output {
    private static final int BUFFER = 64 * 1024;

    private final OutputStream out;

    public Output(OutputStream out) {
        this.out = new BufferedOutputStream(new Telling(out), BUFFER);
    }

    /** Nobody reads standard output any more, as behind {@code | head}: no fault, and no news. */
    public static final class ClosedException extends IOException {
        private static final long serialVersionUID = 1L;

        ClosedException(IOException cause) {
            super("nobody reads any more", cause);
        }
    }

    /** Tells a reader that has gone from other failures, such as a full disk. */
    private static final class Telling extends OutputStream {
        private final OutputStream target;

        Telling(OutputStream target) {
            this.target = target;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                target.write(bytes, offset, length);
            } catch (IOException e) {
                boolean gone = String.valueOf(e.getMessage()).contains("Broken pipe");
                throw gone ? new ClosedException(e) : e;
            }
        }

        @Override
        public void flush() throws IOException {
            target.flush();
        }
    }

    /** The text and a newline. */
    public void line(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.write('\n');
    }

    /** All bytes that are left. */
    public void copy(InputStream in) throws IOException {
        in.transferTo(out);
    }

    /** A JSON object on a line. */
    public void object(Consumer<JsonGenerator> members) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = Json.FACTORY.createGenerator(text)) {
            json.writeStartObject();
            members.accept(json);
            json.writeEndObject();
        }
        line(text.toString());
    }

    public void flush() throws IOException {
        out.flush();
    }
}
