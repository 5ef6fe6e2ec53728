package pfs.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.jobs.engine.RunLog;
import pfs.jobs.spec.SpecJson;
import pfs.jobs.store.Job;
import pfs.jobs.store.JobStore;
import pfs.jobs.store.KeptLog;
import pfs.jobs.store.RunRecord;
import pfs.jobs.workspace.RepoWorkspace;
import pfs.journal.Journal;
import pfs.meta.MemoryMetaStore;
import pfs.meta.MetaStore;
import pfs.pack.AppendablePackStore;
import pfs.pack.MemoryPackIndex;
import pfs.pack.MemoryPackStore;
import pfs.pack.segment.SegmentedPackStore;
import pfs.repo.Collector;
import pfs.repo.Repos;
import pfs.repo.Settings;

/** Servers one after the other, each with a directory of its own, over one store. */
class RunLogsTest {
    private static final RunRecord QUEUED =
            RunRecord.queued(
                    "20261128140000000123",
                    new Job(
                            "default",
                            "j",
                            1,
                            SpecJson.decode("{\"input\": \"/\", \"image\": \"x\"}".getBytes(UTF_8)),
                            0),
                    "00".repeat(32),
                    "run",
                    0);
    private static final RunRecord RUNNING = QUEUED.running(1);

    @TempDir private Path directory;

    private final MetaStore meta = new MemoryMetaStore(InstantSource.system());
    private final JobStore store = new JobStore(meta);
    private Journal journal;
    private Repos repos;

    @BeforeEach
    void open() throws IOException {
        open(new SegmentedPackStore(new MemoryPackStore(), name -> name.endsWith(".pack")));
    }

    private void open(AppendablePackStore packs) throws IOException {
        journal = Journal.open(packs, new MemoryPackIndex());
        repos = Repos.open(journal, meta, InstantSource.system(), Settings.standard());
        repos.collector().keep(new JobRoots(meta));
    }

    @AfterEach
    void close() throws IOException {
        repos.close();
        journal.close();
    }

    private RunLogs server(String name) {
        return new RunLogs(
                directory.resolve(name), InstantSource.system(), new RepoWorkspace(repos), store);
    }

    /** The lines without their times. */
    private static List<String> lines(RunLogs logs, RunRecord run) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (logs.find(run).isPresent()) {
            long end = logs.find(run).get().copy(0, out);
            assertThat(end).isEqualTo(out.size());
            ByteArrayOutputStream rest = new ByteArrayOutputStream();
            assertThat(logs.find(run).get().copy(end / 2, rest)).isEqualTo(end);
            assertThat(out.toString(UTF_8)).endsWith(rest.toString(UTF_8));
        }
        return out.toString(UTF_8).lines().map(line -> line.split(" ", 2)[1]).toList();
    }

    private static final String GAP = "pfs " + RunLogs.GAP;

    @Test
    void whoGoesOnWithARunOfAKilledServerHasWhatWasKeptOfItsLog() throws IOException {
        RunLogs killed = server("a");
        RunLog log = killed.open(QUEUED);
        log.line("w", "one");
        killed.keep();
        log.line("w", "two");
        killed.keep();
        log.line("w", "lost");
        RunLogs next = server("b");
        RunLog on = next.open(RUNNING);
        on.line("w", "three");
        assertThat(lines(next, RUNNING)).containsExactly("w one", "w two", GAP, "w three");
        on.close();
        next.finish(RUNNING.succeeded(2, "11".repeat(32)));
        assertThat(lines(next, RUNNING)).containsExactly("w one", "w two", GAP, "w three");
        assertThat(lines(server("c"), RUNNING))
                .as("at a server that never had it")
                .containsExactly("w one", "w two", GAP, "w three");
    }

    @Test
    void whoGoesOnWithWhatItWroteItselfHasItAll() throws IOException {
        RunLogs killed = server("a");
        RunLog log = killed.open(QUEUED);
        log.line("w", "one");
        killed.keep();
        log.line("w", "two");
        log.flush();
        RunLogs again = server("a");
        RunLog on = again.open(RUNNING);
        on.line("w", "three");
        assertThat(lines(again, RUNNING)).containsExactly("w one", "w two", "w three");
    }

    @Test
    void aServerThatComesBackLaterAddsWhatItHad() throws IOException {
        RunLogs first = server("a");
        RunLog log = first.open(QUEUED);
        log.line("w", "one");
        log.flush();
        RunLogs second = server("b");
        RunLog on = second.open(RUNNING);
        on.line("w", "two");
        second.keep();
        assertThat(lines(second, RUNNING)).containsExactly(GAP, "w two");
        RunLogs third = server("a");
        third.open(RUNNING).line("w", "three");
        assertThat(lines(third, RUNNING)).containsExactly("w one", GAP, "w two", GAP, "w three");
    }

    @Test
    void aServerThatStopsInOrderLeavesNoGap() throws IOException {
        RunLogs stopped = server("a");
        RunLog log = stopped.open(QUEUED);
        log.line("w", "one");
        log.close();
        stopped.finish(RUNNING);
        RunLogs next = server("b");
        next.open(RUNNING).line("w", "two");
        assertThat(lines(next, RUNNING)).containsExactly("w one", "w two");
    }

    @Test
    void aFileThatWasOnlyMadeIsNotTakenForAnothersLog() throws IOException {
        RunLogs queued = server("a");
        queued.open(QUEUED);
        RunLogs killed = server("b");
        killed.open(QUEUED).line("w", "one");
        killed.keep();
        assertThat(lines(server("a"), RUNNING)).containsExactly("w one");
        RunLogs again = server("a");
        again.open(RUNNING).line("w", "two");
        assertThat(lines(again, RUNNING)).containsExactly("w one", GAP, "w two");
    }

    @Test
    void piecesAreFewAndAreNoGarbage() throws Exception {
        RunLogs logs = server("a");
        RunLog log = logs.open(QUEUED);
        String line = "x".repeat(20_000);
        for (int i = 0; i < 300; i++) {
            log.line("w", i + line);
            logs.keep();
        }
        KeptLog kept = store.log("default", QUEUED.id());
        assertThat(kept.stints()).hasSize(1);
        assertThat(kept.stints().getFirst().pieces()).hasSizeBetween(6, 20);
        assertThat(KeptLog.decode(kept.encode())).isEqualTo(kept);
        for (int i = 0; i < 2; i++) {
            repos.collector().collect(Collector.Settings.usual().withTrash(Duration.ZERO));
            journal.emptyTrash(Long.MAX_VALUE);
        }
        assertThat(lines(server("b"), RUNNING)).hasSize(300).last().isEqualTo("w 299" + line);
    }

    @Test
    void nothingIsKeptWhereNobodyElseCanGoOn() throws IOException {
        close();
        open(new MemoryPackStore());
        RunLogs logs = server("a");
        RunLog log = logs.open(QUEUED);
        log.line("w", "one");
        logs.keep();
        log.close();
        logs.finish(RUNNING);
        RunLogs again = server("a");
        again.open(RUNNING).line("w", "two");
        assertThat(lines(again, RUNNING)).containsExactly("w one", "w two");
        assertThat(store.log("default", QUEUED.id())).isEqualTo(KeptLog.NONE);
    }
}
