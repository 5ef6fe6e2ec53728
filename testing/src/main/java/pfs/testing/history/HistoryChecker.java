package pfs.testing.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pfs.testing.history.PathWrites.Write;

/**
 * Proves of a recorded history what pfs promises, or says what was broken:
 *
 * <ul>
 *   <li>acknowledged commits are ancestors of the head, and no head forks;
 *   <li>a commit that was answered before another was asked for comes before it;
 *   <li>a commit reads the same for ever;
 *   <li>what was written at once is there all or not at all, in every commit and in the end;
 *   <li>a read, and a commit, shows no value that was replaced before it began, and none that was
 *       written after it ended; nothing that was refused, and nothing that nobody wrote;
 *   <li>what was appended is there exactly once if it was answered, at most once if not.
 * </ul>
 *
 * <p>The order of calls is that of one clock: a call comes before another if it ended before that
 * began. Cost: the commits times the files, and n log n of the calls; the appends times the length
 * of the file.
 */
public final class HistoryChecker {
    private final List<Event> events;
    private final Ledger ledger;
    private final List<String> broken = new ArrayList<>();

    private final Map<String, PathWrites> writes = new HashMap<>();

    private final Map<String, Integer> places = new HashMap<>();

    private HistoryChecker(List<Event> events, Ledger ledger) {
        this.events = events;
        this.ledger = ledger;
    }

    /** What was broken, a line each; none if all promises were kept. */
    public static List<String> check(List<Event> events, Ledger ledger) {
        HistoryChecker checker = new HistoryChecker(events, ledger);
        checker.gather();
        checker.checkLine();
        checker.checkOrder();
        checker.checkReads();
        checker.checkCommitContents();
        checker.checkGroups();
        checker.checkAppends();
        return checker.broken;
    }

    private void gather() {
        for (Event event : events) {
            switch (event.call()) {
                case Event.Call.Put(String path, String value) -> add(path, value, event);
                case Event.Call.PutAll(String directory, String value) -> {
                    for (String path : groupPaths(directory)) {
                        add(path, value, event);
                    }
                }
                case Event.Call.Append _,
                        Event.Call.Get _,
                        Event.Call.GetAt _,
                        Event.Call.Commit _ -> {}
            }
        }
    }

    /** The files that a {@link Event.Call.PutAll} writes. */
    public static List<String> groupPaths(String directory) {
        return List.of(directory + "/1", directory + "/2", directory + "/3");
    }

    private void add(String path, String value, Event event) {
        writes.computeIfAbsent(path, _ -> new PathWrites())
                .add(
                        new Write(
                                value,
                                event.start(),
                                event.done() ? event.end() : Long.MAX_VALUE,
                                event.done(),
                                event.refused()));
    }

    private void checkLine() {
        @Nullable String before = null;
        for (Ledger.Entry commit : ledger.commits()) {
            List<String> expected = before == null ? List.of() : List.of(before);
            if (!commit.parents().equals(expected)) {
                broken.add("commit " + commit.id() + " has parents " + commit.parents());
            }
            before = commit.id();
            places.put(commit.id(), places.size());
        }
        for (Event event : events) {
            if (isCommit(event) && event.done() && !places.containsKey(event.answer())) {
                broken.add("acknowledged commit " + event.answer() + " is no ancestor of the head");
            }
        }
    }

    private static boolean isCommit(Event event) {
        return event.call() instanceof Event.Call.Commit;
    }

    private void checkOrder() {
        List<Event> byEnd =
                events.stream()
                        .filter(e -> isCommit(e) && e.done() && places.containsKey(e.answer()))
                        .sorted(Comparator.comparingLong(Event::end))
                        .toList();
        List<Event> byStart =
                byEnd.stream().sorted(Comparator.comparingLong(Event::start)).toList();
        int ended = 0;
        int newest = -1;
        for (Event event : byStart) {
            while (ended < byEnd.size() && byEnd.get(ended).end() < event.start()) {
                newest = Math.max(newest, place(byEnd.get(ended++)));
            }
            if (place(event) < newest) {
                broken.add(
                        "commit "
                                + event.answer()
                                + " is older than one that was answered before it was asked for");
            }
        }
    }

    private int place(Event event) {
        return Objects.requireNonNull(places.get(event.answer()));
    }

    private void checkReads() {
        Map<String, Map<String, String>> contents = new HashMap<>();
        ledger.commits().forEach(commit -> contents.put(commit.id(), commit.files()));
        for (Event event : events) {
            if (!event.done()) {
                continue;
            }
            if (event.call() instanceof Event.Call.Get(String path)) {
                checkValue(path, event.answer(), event.start(), event.end(), "a read");
            } else if (event.call() instanceof Event.Call.GetAt(String commit, String path)) {
                String now = contents.getOrDefault(commit, Map.of()).getOrDefault(path, "");
                if (!now.equals(event.answer())) {
                    broken.add(
                            path
                                    + " of commit "
                                    + commit
                                    + " was '"
                                    + event.answer()
                                    + "', is '"
                                    + now
                                    + "'");
                }
            }
        }
        writes.keySet()
                .forEach(
                        path ->
                                checkValue(
                                        path,
                                        ledger.files().getOrDefault(path, ""),
                                        Long.MAX_VALUE - 1,
                                        Long.MAX_VALUE,
                                        "the end"));
    }

    /** What a commit has must have been there at some moment between its call and its answer. */
    private void checkCommitContents() {
        Set<String> seen = new HashSet<>();
        Map<String, Map<String, String>> contents = new HashMap<>();
        ledger.commits().forEach(commit -> contents.put(commit.id(), commit.files()));
        for (Event event : events) {
            Map<String, String> files = contents.get(event.answer());
            if (isCommit(event) && event.done() && files != null && seen.add(event.answer())) {
                for (String path : writes.keySet()) {
                    String value = files.getOrDefault(path, "");
                    // Who is answered with a commit of another's may have it from before he asked.
                    checkNotFromTheFuture(path, value, event);
                }
            }
        }
        for (int i = 1; i < ledger.commits().size(); i++) {
            checkForward(ledger.commits().get(i - 1), ledger.commits().get(i));
        }
    }

    private void checkNotFromTheFuture(String path, String value, Event event) {
        if (value.isEmpty()) {
            return;
        }
        @Nullable Write write = find(path, value);
        if (write == null || write.refused() || write.start() > event.end()) {
            broken.add(
                    path
                            + " of commit "
                            + event.answer()
                            + " is '"
                            + value
                            + "', which was not written by then");
        }
    }

    /** A later commit must not have what was replaced before an earlier one's value was written. */
    private void checkForward(Ledger.Entry earlier, Ledger.Entry later) {
        for (String path : writes.keySet()) {
            @Nullable Write before = find(path, earlier.files().getOrDefault(path, ""));
            @Nullable Write after = find(path, later.files().getOrDefault(path, ""));
            if (before != null
                    && (after == null || (after.done() && after.end() < before.start()))) {
                broken.add(path + " goes back in time in commit " + later.id());
            }
        }
    }

    private @Nullable Write find(String path, String value) {
        @Nullable PathWrites there = writes.get(path);
        return there == null ? null : there.find(value);
    }

    /** The value must be that of a write which may have been the newest at some moment. */
    private void checkValue(String path, String value, long start, long end, String who) {
        @Nullable Write read = find(path, value);
        if (!value.isEmpty() && (read == null || read.refused() || read.start() > end)) {
            broken.add(who + " of " + path + " shows '" + value + "', which was not written");
            return;
        }
        long since = read == null ? Long.MIN_VALUE : read.end();
        if (read != null && !read.done()) {
            return; // its fate is unknown: it may have been done at any moment since its start
        }
        @Nullable PathWrites there = writes.get(path);
        @Nullable Write other = there == null ? null : there.between(since, start);
        if (other != null) {
            broken.add(
                    who
                            + " of "
                            + path
                            + " shows '"
                            + value
                            + "', which '"
                            + other.value()
                            + "' had replaced");
        }
    }

    private void checkGroups() {
        Set<String> directories = new HashSet<>();
        for (Event event : events) {
            if (event.call() instanceof Event.Call.PutAll(String directory, String _)) {
                directories.add(directory);
            }
        }
        for (String directory : directories) {
            checkGroup(directory, ledger.files(), "the end");
            for (Ledger.Entry commit : ledger.commits()) {
                checkGroup(directory, commit.files(), "commit " + commit.id());
            }
        }
    }

    private void checkGroup(String directory, Map<String, String> files, String where) {
        Set<String> values = new HashSet<>();
        groupPaths(directory).forEach(path -> values.add(files.getOrDefault(path, "")));
        if (values.size() > 1) {
            broken.add(directory + " is torn in " + where + ": " + values);
        }
    }

    private void checkAppends() {
        for (Event event : events) {
            if (event.call() instanceof Event.Call.Append(String path, String token)) {
                String file = ledger.files().getOrDefault(path, "");
                int times = count(file, token);
                boolean right =
                        event.done() ? times == 1 : event.refused() ? times == 0 : times <= 1;
                if (!right) {
                    broken.add(
                            "'"
                                    + token
                                    + "' is "
                                    + times
                                    + " times in "
                                    + path
                                    + ", and was "
                                    + event.outcome());
                }
            }
        }
    }

    private static int count(String file, String token) {
        int times = 0;
        for (int at = file.indexOf(token); at >= 0; at = file.indexOf(token, at + 1)) {
            times++;
        }
        return times;
    }
}
