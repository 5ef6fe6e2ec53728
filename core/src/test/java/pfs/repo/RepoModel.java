package pfs.repo;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import pfs.error.ErrorCode;
import pfs.tree.TreePath;

/** What a branch ought to be: plain maps, and each operation as a person would say it. */
final class RepoModel {
    final TreeMap<String, String> files = new TreeMap<>(TreePath::order);
    final TreeSet<String> explicit = new TreeSet<>(TreePath::order);

    /** A copy of the files and explicit directories. */
    RepoModel copy() {
        RepoModel copy = new RepoModel();
        copy.files.putAll(files);
        copy.explicit.addAll(explicit);
        return copy;
    }

    void become(RepoModel other) {
        files.clear();
        files.putAll(other.files);
        explicit.clear();
        explicit.addAll(other.explicit);
    }

    boolean isDirectory(String path) {
        return path.isEmpty()
                || explicit.stream().anyMatch(d -> d.equals(path) || d.startsWith(path + "/"))
                || files.keySet().stream().anyMatch(f -> f.startsWith(path + "/"));
    }

    private boolean underFile(String path) {
        for (String up = TreePath.parent(path); !up.isEmpty(); up = TreePath.parent(up)) {
            if (files.containsKey(up)) {
                return true;
            }
        }
        return false;
    }

    /** Each operation answers the refusal that it expects, or null. */
    ErrorCode put(String path, String text) {
        if (!files.containsKey(path)) {
            if (underFile(path)) {
                return ErrorCode.NOT_A_DIRECTORY;
            }
            if (isDirectory(path)) {
                return ErrorCode.IS_A_DIRECTORY;
            }
        }
        files.put(path, text);
        return null;
    }

    ErrorCode delete(String path, boolean recursive) {
        if (files.remove(path) != null) {
            return null;
        }
        if (!isDirectory(path)) {
            return ErrorCode.NO_SUCH_PATH;
        }
        if (!recursive) {
            return ErrorCode.NOT_EMPTY;
        }
        deleteDirectory(path);
        return null;
    }

    private void deleteDirectory(String path) {
        files.keySet().removeIf(f -> f.startsWith(path + "/"));
        explicit.removeIf(d -> d.equals(path) || d.startsWith(path + "/"));
    }

    ErrorCode makeDirectory(String path) {
        if (files.containsKey(path)) {
            return ErrorCode.EXISTS;
        }
        if (underFile(path)) {
            return ErrorCode.NOT_A_DIRECTORY;
        }
        explicit.add(path);
        return null;
    }

    ErrorCode copy(RepoModel source, String from, String to) {
        boolean file = source.files.containsKey(from);
        if (!file && !source.isDirectory(from)) {
            return ErrorCode.NO_SUCH_PATH;
        }
        ErrorCode refused = free(to);
        if (refused == null) {
            place(source, from, to);
        }
        return refused;
    }

    private ErrorCode free(String to) {
        if (files.containsKey(to)) {
            return ErrorCode.EXISTS;
        }
        if (underFile(to)) {
            return ErrorCode.NOT_A_DIRECTORY;
        }
        return isDirectory(to) ? ErrorCode.EXISTS : null;
    }

    private void place(RepoModel source, String from, String to) {
        RepoModel as = source.copy();
        if (as.files.containsKey(from)) {
            files.put(to, as.files.get(from));
            return;
        }
        String prefix = from.isEmpty() ? "" : from + "/";
        as.files.forEach(
                (path, text) -> {
                    if (path.startsWith(prefix)) {
                        files.put(to + "/" + path.substring(prefix.length()), text);
                    }
                });
        boolean anyFile = as.files.keySet().stream().anyMatch(f -> f.startsWith(prefix));
        for (String directory : as.explicit) {
            if (directory.equals(from)) {
                explicit.add(to);
            } else if (directory.startsWith(prefix)) {
                explicit.add(to + "/" + directory.substring(prefix.length()));
            }
        }
        if (!anyFile || from.isEmpty()) {
            explicit.add(to);
        }
    }

    ErrorCode move(String from, String to) {
        boolean file = files.containsKey(from);
        if (!file && !isDirectory(from)) {
            return ErrorCode.NO_SUCH_PATH;
        }
        if (to.equals(from) || to.startsWith(from + "/")) {
            return ErrorCode.IMPOSSIBLE;
        }
        ErrorCode refused = free(to);
        if (refused == null) {
            place(this, from, to);
            if (file) {
                files.remove(from);
            } else {
                deleteDirectory(from);
            }
        }
        return refused;
    }

    /** A recursive listing: files, and explicit directories with nothing in them. */
    List<String> listing() {
        TreeSet<String> keys = new TreeSet<>(TreePath::order);
        keys.addAll(files.keySet());
        for (String directory : explicit) {
            boolean empty =
                    files.keySet().stream().noneMatch(f -> f.startsWith(directory + "/"))
                            && explicit.stream().noneMatch(d -> d.startsWith(directory + "/"));
            if (empty) {
                keys.add(directory + "/");
            }
        }
        return new ArrayList<>(keys);
    }

    /** All directories but the root. */
    TreeSet<String> directories() {
        TreeSet<String> all = new TreeSet<>(TreePath::order);
        all.addAll(explicit);
        for (String directory : explicit) {
            addParents(directory, all);
        }
        for (String file : files.keySet()) {
            addParents(file, all);
        }
        return all;
    }

    private static void addParents(String path, TreeSet<String> all) {
        for (String up = TreePath.parent(path); !up.isEmpty(); up = TreePath.parent(up)) {
            all.add(up);
        }
    }
}
