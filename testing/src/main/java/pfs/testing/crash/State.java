package pfs.testing.crash;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a repo should hold: the files of its default branch, and those of its commits in order. */
record State(SortedMap<String, ByteBuffer> files, List<SortedMap<String, ByteBuffer>> commits) {
    static final State EMPTY = new State(new TreeMap<>(), List.of());

    State {
        files = new TreeMap<>(files);
        commits = List.copyOf(commits);
    }

    State with(String path, ByteBuffer content) {
        SortedMap<String, ByteBuffer> next = new TreeMap<>(files);
        next.put(path, content);
        return new State(next, commits);
    }

    State without(String path) {
        SortedMap<String, ByteBuffer> next = new TreeMap<>(files);
        next.remove(path);
        return new State(next, commits);
    }

    SortedMap<String, ByteBuffer> head() {
        return commits.isEmpty() ? new TreeMap<>() : commits.getLast();
    }

    State committed() {
        if (head().equals(files)) {
            return this;
        }
        List<SortedMap<String, ByteBuffer>> more = new ArrayList<>(commits);
        more.add(files);
        return new State(files, more);
    }

    State reset() {
        return new State(head(), commits);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("files " + shown(files));
        for (SortedMap<String, ByteBuffer> commit : commits) {
            text.append(" | commit ").append(shown(commit));
        }
        return text.toString();
    }

    private static String shown(SortedMap<String, ByteBuffer> files) {
        StringBuilder text = new StringBuilder();
        files.forEach(
                (path, content) ->
                        text.append(path)
                                .append('=')
                                .append(content.remaining())
                                .append('#')
                                .append(Integer.toHexString(content.hashCode()))
                                .append(' '));
        return text.toString();
    }
}
