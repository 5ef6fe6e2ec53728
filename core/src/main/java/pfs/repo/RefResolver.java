package pfs.repo;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Key;
import pfs.meta.MetaStore;
import pfs.object.ObjectId;

/**
 * Finds the commit that a ref expression names: an id, a unique prefix of one, a branch, a tag, a
 * number, and {@code ~n} and {@code @{time}} behind any of them. Thread-safe.
 */
final class RefResolver {
    private static final int MAX_EXPRESSION = 1024;
    private static final int MAX_NUMBER_DIGITS = 6;
    private static final int MIN_PREFIX = 7;
    private static final Pattern FULL_ID = Pattern.compile("[0-9a-fA-F]{64}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1," + MAX_NUMBER_DIGITS + "}");
    private static final Pattern PREFIX = Pattern.compile("[0-9a-fA-F]{" + MIN_PREFIX + ",63}");
    private static final Pattern SUFFIX = Pattern.compile("~([0-9]{0,18})|@\\{([^}]*)\\}");

    private final long repo;
    private final MetaStore meta;
    private final Commits commits;
    private final Predicate<ObjectId> keeps;
    private final Heads heads;

    /** Where the heads of branches are known. */
    interface Heads {
        /** The branch's head: null without a commit yet; empty if there is no such branch. */
        Optional<Head> find(String branch);
    }

    /** A branch's head; null before its first commit. */
    record Head(@Nullable Commit commit) {}

    /**
     * @param keeps true for commits of the repo that are not being collected as garbage
     */
    RefResolver(
            long repo, MetaStore meta, Commits commits, Predicate<ObjectId> keeps, Heads heads) {
        this.keeps = keeps;
        this.repo = repo;
        this.meta = meta;
        this.commits = commits;
        this.heads = heads;
    }

    Commit resolve(String expression, String branch) {
        if (expression.length() > MAX_EXPRESSION) {
            throw new PfsException(
                    ErrorCode.OVER_LIMIT,
                    "the ref expression has "
                            + expression.length()
                            + " characters, limit "
                            + MAX_EXPRESSION);
        }
        int suffix = firstSuffix(expression);
        String base = named(expression.substring(0, suffix), branch);
        Matcher step = SUFFIX.matcher(expression);
        boolean first = true;
        @Nullable Commit at = null;
        int position = suffix;
        while (position < expression.length()) {
            if (!step.find(position) || step.start() != position) {
                throw invalid(expression);
            }
            at =
                    step.group(2) != null
                            ? atTime(expression, base, branch, first, at, step.group(2))
                            : ancestor(
                                    expression,
                                    at == null ? base(base, branch) : at,
                                    step.group(1));
            first = false;
            position = step.end();
        }
        return at == null ? base(base, branch) : at;
    }

    private static int firstSuffix(String expression) {
        int tilde = expression.indexOf('~');
        int at = expression.indexOf("@{");
        int end = expression.length();
        return Math.min(tilde < 0 ? end : tilde, at < 0 ? end : at);
    }

    /** HEAD is the branch itself, as people who know git say, unless something is called so. */
    private String named(String base, String branch) {
        boolean head =
                base.equals("HEAD")
                        && heads.find(base).isEmpty()
                        && meta.get(RefKeys.tag(repo, base)).isEmpty();
        return head ? branch : base;
    }

    private Commit base(String name, String branch) {
        if (FULL_ID.matcher(name).matches()) {
            return byId(ObjectId.parse(name.toLowerCase(java.util.Locale.ROOT)));
        }
        Optional<Head> head = heads.find(name);
        if (head.isPresent()) {
            return born(name, head.get());
        }
        Optional<MetaStore.Versioned> tag = meta.get(RefKeys.tag(repo, name));
        if (tag.isPresent()) {
            return commits.read(ObjectId.decode(tag.get().value().array(), 0));
        }
        if (NUMBER.matcher(name).matches()) {
            return byNumber(Long.parseLong(name), branch);
        }
        if (PREFIX.matcher(name).matches()) {
            return byPrefix(name.toLowerCase(java.util.Locale.ROOT));
        }
        throw unknown(name);
    }

    private static Commit born(String branch, Head head) {
        if (head.commit() == null) {
            throw new PfsException(
                    ErrorCode.NO_SUCH_REF, "the branch '" + branch + "' has no commit yet", branch);
        }
        return head.commit();
    }

    private Commit byId(ObjectId id) {
        if (!keeps.test(id)) {
            throw new PfsException(
                    ErrorCode.NO_SUCH_REF, "there is no commit " + id + " here", id.toString());
        }
        return commits.read(id);
    }

    private Commit byNumber(long number, String branch) {
        Head head = heads.find(branch).orElseThrow(() -> unknown(branch));
        Commit tip = born(branch, head);
        Commit found = commits.byNumber(tip, number);
        if (found == null) {
            throw new PfsException(
                    ErrorCode.NO_SUCH_REF,
                    "the branch '"
                            + branch
                            + "' has "
                            + tip.number()
                            + " commits, there is no number "
                            + number,
                    Long.toString(number));
        }
        return found;
    }

    private Commit byPrefix(String prefix) {
        byte[] id = new byte[ObjectId.BYTES];
        for (int i = 0; i < prefix.length(); i++) {
            int digit = Character.digit(prefix.charAt(i), 16);
            id[i / 2] |= (byte) (i % 2 == 0 ? digit << 4 : digit);
        }
        Key all = RefKeys.commits(repo);
        byte[] whole = Arrays.copyOf(id, prefix.length() / 2);
        // The scan starts just before the first id that could match: one less in the last byte.
        Key from = before(all, id);
        List<MetaStore.Pair> pairs = meta.scan(all.append(whole), from, 20);
        @Nullable ObjectId found = null;
        for (MetaStore.Pair pair : pairs) {
            byte[] key = pair.key().array();
            ObjectId candidate = ObjectId.decode(key, key.length - ObjectId.BYTES);
            if (candidate.toString().startsWith(prefix)) {
                if (found != null) {
                    throw new PfsException(
                            ErrorCode.AMBIGUOUS_REF,
                            "more than one commit begins with " + prefix + ": give more digits",
                            prefix);
                }
                found = candidate;
            }
        }
        if (found == null || !keeps.test(found)) {
            throw unknown(prefix);
        }
        return commits.read(found);
    }

    private static Key before(Key all, byte[] id) {
        byte[] key = all.append(id).array();
        for (int i = key.length - 1; i >= 0; i--) {
            if (key[i]-- != 0) {
                break;
            }
        }
        return Key.of(key);
    }

    private Commit ancestor(String expression, Commit from, String digits) {
        long steps = digits.isEmpty() ? 1 : Long.parseLong(digits);
        Commit found = commits.byNumber(from, from.number() - steps);
        if (found == null) {
            throw new PfsException(
                    ErrorCode.NO_SUCH_REF,
                    "'"
                            + expression
                            + "' goes back past the first of "
                            + from.number()
                            + " commits",
                    expression);
        }
        return found;
    }

    private Commit atTime(
            String expression,
            String base,
            String branch,
            boolean first,
            @Nullable Commit at,
            String text) {
        long time = parseTime(expression, text);
        if (first && heads.find(base).isPresent()) {
            BranchId id = new BranchId(repo, base);
            return meta.floor(RefKeys.moves(id), RefKeys.move(id, time))
                    .map(pair -> commits.read(ObjectId.decode(pair.value().value().array(), 0)))
                    .orElseThrow(() -> tooEarly(expression));
        }
        Commit from = at == null ? base(base, branch) : at;
        Commit found = commits.byTime(from, time);
        if (found == null) {
            throw tooEarly(expression);
        }
        return found;
    }

    private static long parseTime(String expression, String text) {
        try {
            Instant instant = OffsetDateTime.parse(text).toInstant();
            return Math.addExact(
                    Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L),
                    instant.getNano());
        } catch (DateTimeException | ArithmeticException e) {
            throw new PfsException(
                    ErrorCode.INVALID_REQUEST,
                    "'" + text + "' is no time like 2026-11-22T10:00:00Z",
                    expression,
                    e);
        }
    }

    private static PfsException tooEarly(String expression) {
        return new PfsException(
                ErrorCode.NO_SUCH_REF,
                "'" + expression + "' is before the first commit",
                expression);
    }

    private static PfsException unknown(String name) {
        return new PfsException(
                ErrorCode.NO_SUCH_REF, "there is no branch, tag or commit '" + name + "'", name);
    }

    private static PfsException invalid(String expression) {
        return new PfsException(
                ErrorCode.INVALID_REQUEST,
                "'" + expression + "' is no ref expression: NAME, NAME~2 or NAME@{time}",
                expression);
    }
}
