package pfs.repo;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import pfs.meta.Key;
import pfs.object.ObjectId;

/**
 * The keys of repos and refs in the metadata store. Text parts are joined by zero bytes, repos are
 * 16 hex digits.
 *
 * <pre>
 * repo   NAME                      → its number, u64
 * repos-made                       → the number given last, u64
 * branch REPO NAME                 → BranchRecord
 * tag    REPO NAME                 → commit id
 * commit REPO (32 bytes id)        → nothing: the commit belongs to the repo
 * paths  REPO (32 bytes id)        → what changed up to the commit: PathSets
 * moves  REPO BRANCH (8 bytes time)→ commit id: the branch's head from that time on
 * protect REPO BRANCH              → nothing: the branch takes merges only
 * keep   REPO NAME                 → Retention: how far back the branch keeps files
 * hollow (32 bytes id)             → nothing: the commit's files were dropped by such a rule
 * answer (32 bytes key)            → AnswerFormat: what was done for an idempotency key
 * remote REPO NAME                 → URL, a newline, the token
 * collected                        → u64: when garbage was collected last, ms
 * sweeps                           → u64: how often packs were swept; grows before one is
 * scrub                            → where the check of all packs stands: Scrub
 * journal                          → u64: where a replay begins
 * </pre>
 */
final class RefKeys {
    static final Key REPOS = Key.of("repo", "");
    static final Key REPOS_MADE = Key.of("repos-made");
    static final Key ALL_BRANCHES = Key.of("branch", "");
    static final Key ALL_TAGS = Key.of("tag", "");
    static final Key MOVES = Key.of("moves", "");
    static final Key ALL_COMMITS = Key.of("commit", "");
    static final Key COLLECTED = Key.of("collected");
    static final Key SWEEPS = Key.of("sweeps");
    static final Key RULES = Key.of("keep", "");
    static final Key HOLLOW = Key.of("hollow", "");
    static final Key SCRUB = Key.of("scrub");
    static final Key ANSWERS = Key.of("answer", "");
    static final Key JOURNAL = Key.of("journal");

    private RefKeys() {}

    static Key repo(String name) {
        return Key.of("repo", name);
    }

    static Key branches(long repo) {
        return Key.of("branch", hex(repo), "");
    }

    static Key branch(BranchId id) {
        return branches(id.repo()).append(id.branch());
    }

    static Key tags(long repo) {
        return Key.of("tag", hex(repo), "");
    }

    static Key tag(long repo, String name) {
        return tags(repo).append(name);
    }

    static Key commits(long repo) {
        return Key.of("commit", hex(repo), "");
    }

    static Key commit(long repo, ObjectId id) {
        return commits(repo).append(id.toBytes());
    }

    static Key allPaths(long repo) {
        return Key.of("paths", hex(repo), "");
    }

    static Key paths(long repo, ObjectId commit) {
        return allPaths(repo).append(commit.toBytes());
    }

    static Key moves(BranchId id) {
        return Key.of("moves", hex(id.repo()), id.branch(), "");
    }

    static Key allMoves(long repo) {
        return Key.of("moves", hex(repo), "");
    }

    static Key move(BranchId id, long time) {
        return moves(id).append(u64(Math.max(0, time)));
    }

    static Key protections(long repo) {
        return Key.of("protect", hex(repo), "");
    }

    static Key protection(BranchId id) {
        return protections(id.repo()).append(id.branch());
    }

    static Key rules(long repo) {
        return Key.of("keep", hex(repo), "");
    }

    static Key rule(BranchId id) {
        return rules(id.repo()).append(id.branch());
    }

    static BranchId branchOfRule(Key key) {
        return branchAt(key, RULES, key.array().length);
    }

    static BranchId branchOf(Key branch) {
        return branchAt(branch, ALL_BRANCHES, branch.array().length);
    }

    /** The branch that moved. */
    static BranchId branchOfMove(Key move) {
        return branchAt(move, MOVES, move.array().length - Long.BYTES - 1);
    }

    /** When it moved, in ns since 1970. */
    static long timeOfMove(Key move) {
        return ByteBuffer.wrap(move.array()).getLong(move.array().length - Long.BYTES);
    }

    /** Of a key that goes on with REPO, a zero, and the branch's name up to {@code end}. */
    private static BranchId branchAt(Key key, Key prefix, int end) {
        int repo = prefix.array().length;
        int name = repo + 17;
        String number = new String(key.array(), repo, 16, StandardCharsets.US_ASCII);
        return new BranchId(
                Long.parseUnsignedLong(number, 16),
                new String(key.array(), name, end - name, StandardCharsets.UTF_8));
    }

    static Key hollow(ObjectId commit) {
        return HOLLOW.append(commit.toBytes());
    }

    static Key answer(Once once) {
        return ANSWERS.append(once.key().toBytes());
    }

    static Key remotes(long repo) {
        return Key.of("remote", hex(repo), "");
    }

    static Key remote(long repo, String name) {
        return remotes(repo).append(name);
    }

    static byte[] u64(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    static long u64(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong();
    }

    /** The repo of a commit's key. */
    static long repoOfCommit(Key key) {
        int from = ALL_COMMITS.array().length;
        return Long.parseUnsignedLong(
                new String(key.array(), from, 16, StandardCharsets.US_ASCII), 16);
    }

    private static String hex(long repo) {
        return String.format("%016x", repo);
    }
}
