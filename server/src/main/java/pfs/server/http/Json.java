package pfs.server.http;

import java.io.IOException;
import java.io.OutputStream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/** Writes JSON as a stream; loaded with the first JSON answer, not at the start. */
public final class Json {
    private static final TokenStreamFactory FACTORY =
            JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

    private Json() {}

    /** Writes one JSON value. */
    public interface Writer {
        void write(JsonGenerator json) throws IOException;
    }

    /** Writes the value and a newline, for terminals; the stream stays open. */
    public static void write(OutputStream out, Writer writer) throws IOException {
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            writer.write(json);
        }
        out.write('\n');
    }
}
