package pfs.testing.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The system calls of a trace by strace -f -yy, with the moments when each began and ended. */
final class SystemCalls {
    private static final Pattern BEGIN = Pattern.compile("^(\\d+) +(\\w+)\\((\\d+)<(.*)");
    private static final Pattern RESUMED =
            Pattern.compile("^(\\d+) +<\\.\\.\\. (\\w+) resumed>(.*)");

    /** A call; the moments are numbers of lines. */
    private static final class Call {
        private final String name;
        private final String target;
        private final String text;
        private final int begin;
        private int end = Integer.MAX_VALUE;
        private boolean failed;

        Call(String name, String target, String text, int begin) {
            this.name = name;
            this.target = target;
            this.text = text;
            this.begin = begin;
        }

        boolean isSync() {
            return (name.equals("fdatasync") || name.equals("fsync")) && !failed;
        }
    }

    private final List<Call> packWrites = new ArrayList<>();
    private final List<Call> packSyncs = new ArrayList<>();
    private final List<Call> answers = new ArrayList<>();

    static SystemCalls parse(Path trace) throws IOException {
        SystemCalls calls = new SystemCalls();
        Map<String, Call> open = new HashMap<>();
        try (BufferedReader lines = Files.newBufferedReader(trace, StandardCharsets.ISO_8859_1)) {
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                Matcher resumed = RESUMED.matcher(line);
                if (resumed.matches()) {
                    Call call = open.remove(resumed.group(1));
                    if (call != null) {
                        end(call, number, line);
                    }
                    continue;
                }
                Matcher begin = BEGIN.matcher(line);
                if (begin.matches()) {
                    Call call = calls.begin(begin, number);
                    if (line.endsWith("<unfinished ...>")) {
                        open.put(begin.group(1), call);
                    } else {
                        end(call, number, line);
                    }
                }
            }
        }
        return calls;
    }

    private Call begin(Matcher begin, int number) {
        String rest = begin.group(4);
        int close = rest.indexOf(rest.startsWith("TCP") ? "]>" : ">");
        String target = close < 0 ? rest : rest.substring(0, close);
        Call call = new Call(begin.group(2), target, rest, number);
        if (target.endsWith(".pack")) {
            boolean sync = call.name.equals("fdatasync") || call.name.equals("fsync");
            (sync ? packSyncs : packWrites).add(call);
        } else if (target.startsWith("TCP") && rest.contains("HTTP/1.1 2")) {
            answers.add(call);
        }
        return call;
    }

    private static void end(Call call, int number, String line) {
        call.end = number;
        call.failed = line.contains(" = -1 ");
    }

    /** Syncs of packs in the trace. */
    int syncs() {
        return packSyncs.size();
    }

    /** Checks the answers of one connection, which were for these markers in this order. */
    void verify(int clientPort, List<String> markers) {
        List<Call> its = answers.stream().filter(c -> c.target.endsWith(":" + clientPort)).toList();
        if (its.size() != markers.size()) {
            throw new AssertionError(
                    "the trace has "
                            + its.size()
                            + " answers to port "
                            + clientPort
                            + ", there were "
                            + markers.size());
        }
        for (int i = 0; i < markers.size(); i++) {
            verify(markers.get(i), its.get(i));
        }
    }

    private void verify(String marker, Call answer) {
        Call write =
                packWrites.stream()
                        .filter(c -> c.text.contains(marker))
                        .findFirst()
                        .orElseThrow(
                                () -> new AssertionError(marker + " was never written to a pack"));
        boolean synced =
                packSyncs.stream()
                        .anyMatch(
                                s ->
                                        s.isSync()
                                                && s.target.equals(write.target)
                                                && s.begin > write.end
                                                && s.end < answer.begin);
        if (!synced) {
            throw new AssertionError(
                    marker
                            + ": written at lines "
                            + write.begin
                            + "-"
                            + write.end
                            + " of the trace, answered at "
                            + answer.begin
                            + ", and "
                            + write.target
                            + " was not synced between");
        }
    }
}
