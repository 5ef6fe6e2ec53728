package pfs.jobs.record;

import java.io.IOException;

/**
 * Takes records. A record is a key and a tail that follows it in the same array; the tail is what a
 * framing needs to write the record again exactly. The array is only valid during the call.
 */
@FunctionalInterface
public interface RecordSink {
    void record(byte[] bytes, int key, int keyLength, int tailLength) throws IOException;
}
