package pfs.testing.history;

/**
 * One call of a client, from the moment it was sent to the moment it was answered or given up.
 *
 * @param client who called: a client does one call after the other
 * @param start of the call, by a clock that all clients share
 * @param end of it
 */
public record Event(int client, Call call, Outcome outcome, long start, long end) {
    /** What was asked. Values are unique: no two writes of a history write the same. */
    public sealed interface Call {
        /** A file is this value from now on. */
        record Put(String path, String value) implements Call {}

        /** A token is added at the end of a file. */
        record Append(String path, String token) implements Call {}

        /** Several files are this value from now on, all at once. */
        record PutAll(String directory, String value) implements Call {}

        /** The file as it stands. */
        record Get(String path) implements Call {}

        /** The file in a commit. */
        record GetAt(String commit, String path) implements Call {}

        /** All changes become a commit. */
        record Commit() implements Call {}
    }

    /** What came of it. */
    public sealed interface Outcome {
        /** It was done; of a read, what was read ("" for nothing), of a commit its id. */
        record Done(String answer) implements Outcome {}

        /** It was refused, so nothing has changed. */
        record Refused() implements Outcome {}

        /** Nobody knows: the answer was lost. */
        record Unknown() implements Outcome {}
    }

    /** True if it was answered as done. */
    public boolean done() {
        return outcome instanceof Outcome.Done;
    }

    /** What was answered; "" if nothing was. */
    public String answer() {
        return outcome instanceof Outcome.Done(String answer) ? answer : "";
    }

    /** True if it was refused. */
    public boolean refused() {
        return outcome instanceof Outcome.Refused;
    }
}
