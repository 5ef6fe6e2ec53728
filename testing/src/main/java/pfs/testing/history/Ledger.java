package pfs.testing.history;

import java.util.List;
import java.util.Map;

/**
 * What the server has in the end.
 *
 * @param commits of the branch, the oldest first
 * @param files of the branch as it stands, by path
 */
public record Ledger(List<Entry> commits, Map<String, String> files) {
    public Ledger {
        commits = List.copyOf(commits);
        files = Map.copyOf(files);
    }

    /**
     * One commit.
     *
     * @param parents ids
     * @param files by path
     */
    public record Entry(String id, List<String> parents, Map<String, String> files) {
        public Entry {
            parents = List.copyOf(parents);
            files = Map.copyOf(files);
        }
    }
}
