package pfs.repo;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Bytes;

/**
 * A branch's rule for how far back the files of its history are kept. The head's files always are;
 * what tags and other branches reach, too. The commits themselves stay: who, when, why, and what
 * came before.
 */
public sealed interface Retention {
    /** The files of commits that are at most so old. */
    record Days(int days) implements Retention {
        public Days {
            verify(days);
        }

        @Override
        public String toString() {
            return days + (days == 1 ? " day" : " days");
        }

        Duration duration() {
            return Duration.ofDays(days);
        }
    }

    /** The files of so many commits, the newest. */
    record Newest(int commits) implements Retention {
        public Newest {
            verify(commits);
        }

        @Override
        public String toString() {
            return commits + (commits == 1 ? " commit" : " commits");
        }
    }

    /** The greatest number in a rule. */
    int MOST = 1_000_000;

    /**
     * {@code 30 days} or {@code 100 commits}; empty for {@code all}.
     *
     * @throws PfsException INVALID_REQUEST for anything else
     */
    static Optional<Retention> parse(String text) {
        if (text.equals("all")) {
            return Optional.empty();
        }
        Matcher rule = Pattern.compile("([0-9]{1,7}) ?(day|commit)s?").matcher(text.strip());
        if (!rule.matches()) {
            throw invalid(text);
        }
        int count = Integer.parseInt(rule.group(1));
        return Optional.of(rule.group(2).equals("day") ? new Days(count) : new Newest(count));
    }

    private static void verify(int count) {
        if (count < 1 || count > MOST) {
            throw invalid(Integer.toString(count));
        }
    }

    private static PfsException invalid(String text) {
        return new PfsException(
                ErrorCode.INVALID_REQUEST,
                "'"
                        + text
                        + "' is no rule of what to keep: '30 days', '100 commits' (1 to "
                        + MOST
                        + ") or 'all'",
                text);
    }

    /** As it lies in the metadata: its text. */
    default Bytes encode() {
        return Bytes.of(toString());
    }
}
