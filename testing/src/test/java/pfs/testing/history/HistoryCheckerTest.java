package pfs.testing.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The checker passes what is right, and catches each lie. */
class HistoryCheckerTest {
    private static final Event.Outcome DONE = new Event.Outcome.Done("");
    private static final Event.Outcome UNKNOWN = new Event.Outcome.Unknown();

    private static Event event(Event.Call call, Event.Outcome outcome, long start, long end) {
        return new Event(0, call, outcome, start, end);
    }

    private static Event put(String path, String value, long start) {
        return event(new Event.Call.Put(path, value), DONE, start, start + 1);
    }

    private static Event get(String path, String value, long start) {
        return event(new Event.Call.Get(path), new Event.Outcome.Done(value), start, start + 1);
    }

    private static Event commit(String id, long start) {
        return event(new Event.Call.Commit(), new Event.Outcome.Done(id), start, start + 1);
    }

    private static Ledger.Entry entry(String id, List<String> parents, String... files) {
        return new Ledger.Entry(id, parents, files(files));
    }

    private static Map<String, String> files(String... files) {
        Map<String, String> map = new java.util.HashMap<>();
        for (int i = 0; i < files.length; i += 2) {
            map.put(files[i], files[i + 1]);
        }
        return map;
    }

    private static List<Event> honest() {
        return new ArrayList<>(
                List.of(
                        put("f", "1;", 10),
                        commit("A", 20),
                        put("f", "2;", 30),
                        get("f", "2;", 40),
                        commit("B", 50),
                        event(new Event.Call.Append("log", "t;"), DONE, 60, 61),
                        event(new Event.Call.Append("log", "u;"), UNKNOWN, 62, 63),
                        event(new Event.Call.PutAll("g", "3;"), DONE, 64, 65),
                        event(
                                new Event.Call.GetAt("A", "f"),
                                new Event.Outcome.Done("1;"),
                                70,
                                71)));
    }

    private static final Map<String, String> END =
            files("f", "2;", "log", "t;", "g/1", "3;", "g/2", "3;", "g/3", "3;");

    private static Ledger ledger() {
        return new Ledger(
                List.of(entry("A", List.of(), "f", "1;"), entry("B", List.of("A"), "f", "2;")),
                END);
    }

    private static void lie(List<Event> events, Ledger ledger, String seen) {
        assertThat(HistoryChecker.check(events, ledger)).anyMatch(line -> line.contains(seen));
    }

    private static Ledger end(String... files) {
        Map<String, String> changed = new java.util.HashMap<>(END);
        changed.putAll(files(files));
        return new Ledger(ledger().commits(), changed);
    }

    @Test
    void anHonestHistoryPasses() {
        assertThat(HistoryChecker.check(honest(), ledger())).isEmpty();
    }

    @Test
    void aLostCommitIsCaught() {
        Ledger lost = new Ledger(List.of(entry("A", List.of(), "f", "1;")), END);
        lie(honest(), lost, "no ancestor");
    }

    @Test
    void aForkIsCaught() {
        Ledger fork =
                new Ledger(
                        List.of(
                                entry("A", List.of(), "f", "1;"),
                                entry("B", List.of("X"), "f", "2;")),
                        END);
        lie(honest(), fork, "has parents");
    }

    @Test
    void commitsInTheWrongOrderAreCaught() {
        Ledger swapped =
                new Ledger(
                        List.of(
                                entry("B", List.of(), "f", "2;"),
                                entry("A", List.of("B"), "f", "1;")),
                        END);
        lie(honest(), swapped, "answered before it was asked for");
        lie(honest(), swapped, "back in time");
    }

    @Test
    void aCommitThatChangesIsCaught() {
        List<Event> events = honest();
        events.add(event(new Event.Call.GetAt("A", "f"), new Event.Outcome.Done("2;"), 80, 81));
        lie(events, ledger(), "of commit A was");
    }

    @Test
    void halfOfAGroupIsCaught() {
        lie(honest(), end("g/2", ""), "is torn in the end");
    }

    @Test
    void aStaleReadIsCaught() {
        List<Event> events = honest();
        events.add(get("f", "1;", 45));
        lie(events, ledger(), "had replaced");
    }

    @Test
    void aLostWriteIsCaught() {
        lie(honest(), end("f", "1;"), "had replaced");
    }

    @Test
    void aReadFromTheFutureAndOneFromNowhereAreCaught() {
        List<Event> events = honest();
        events.add(get("f", "2;", 25));
        lie(events, ledger(), "which was not written");
        lie(honest(), end("f", "9;"), "which was not written");
    }

    @Test
    void whatWasRefusedMustNotBeThere() {
        List<Event> events = honest();
        events.add(event(new Event.Call.Put("f", "4;"), new Event.Outcome.Refused(), 90, 91));
        lie(events, end("f", "4;"), "which was not written");
    }

    @Test
    void anAppendTwiceAndOneLostAreCaught() {
        lie(honest(), end("log", "t;t;"), "is 2 times");
        lie(honest(), end("log", "t;u;u;"), "is 2 times");
        lie(honest(), end("log", "u;"), "is 0 times");
        assertThat(HistoryChecker.check(honest(), end("log", "t;u;"))).isEmpty();
    }
}
