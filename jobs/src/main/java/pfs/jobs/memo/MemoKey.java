package pfs.jobs.memo;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pfs.jobs.runtime.Runtime.Program;
import pfs.jobs.spec.JobSpec;
import pfs.object.ObjectId;

/**
 * Makes memo keys: a hash of all that can change a result, and of nothing else. Every field is
 * written with its length, so that no two lists of fields have the same bytes. Not thread-safe.
 */
public final class MemoKey {
    /** Changes with the protocol between pfs and its containers. */
    private static final String PROTOCOL = "pfs-jobs-1";

    private final MessageDigest sha = ObjectId.sha256();

    private MemoKey() {}

    /**
     * What all results of a stage of a job have in common.
     *
     * @param stage map to files, map to records, combine, reduce
     */
    public static ObjectId ofStage(String stage, Program program) {
        JobSpec spec = program.spec();
        MemoKey key = new MemoKey();
        key.text(PROTOCOL).text(stage).text(program.id()).text(program.platform());
        key.texts(spec.command());
        key.number(spec.env().size());
        for (Map.Entry<String, String> variable : spec.env().entrySet()) {
            key.text(variable.getKey()).text(variable.getValue());
        }
        key.text(spec.network().text());
        return key.id();
    }

    /** A key below a stage. */
    public static MemoKey below(ObjectId stage) {
        MemoKey key = new MemoKey();
        key.sha.update(stage.toBytes());
        return key;
    }

    public MemoKey id(ObjectId id) {
        sha.update(id.toBytes());
        return this;
    }

    /** Bytes of a length that what came before tells. */
    public MemoKey bytes(ByteBuffer bytes) {
        sha.update(bytes);
        return this;
    }

    public MemoKey number(long number) {
        sha.update(ByteBuffer.allocate(8).putLong(number).array());
        return this;
    }

    public MemoKey text(@Nullable String text) {
        if (text == null) {
            return number(-1);
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        number(bytes.length);
        sha.update(bytes);
        return this;
    }

    private void texts(List<String> texts) {
        number(texts.size());
        texts.forEach(this::text);
    }

    public ObjectId id() {
        return ObjectId.decode(sha.digest(), 0);
    }
}
