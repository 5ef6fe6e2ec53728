package pfs.jobs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import pfs.chunk.Content;
import pfs.chunk.ContentWriter;
import pfs.disk.Disk;
import pfs.disk.MemoryDisk;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.store.RunRecord;
import pfs.jobs.store.RunState;
import pfs.jobs.workspace.RepoWorkspace;
import pfs.journal.Journal;
import pfs.meta.MemoryMetaStore;
import pfs.meta.MetaStore;
import pfs.pack.LocalPackStore;
import pfs.pack.MemoryPackIndex;
import pfs.repo.Commit;
import pfs.repo.CommitRequest;
import pfs.repo.Precondition;
import pfs.repo.Repo;
import pfs.repo.Repos;
import pfs.repo.Settings;
import pfs.repo.Snapshot;
import pfs.tree.FileEntry;

/** A store in memory and the jobs over it. */
final class JobsFixture implements AutoCloseable {
    private static final String REPO = Repos.DEFAULT_REPO;

    final Disk disk = new MemoryDisk();
    final MetaStore meta = new MemoryMetaStore(InstantSource.system());
    final Journal journal;
    final Repos repos;
    final Path directory;
    Jobs jobs;

    JobsFixture(Path directory, Runtime runtime) throws IOException {
        this.directory = directory;
        journal = Journal.open(new LocalPackStore(disk, "packs"), new MemoryPackIndex(), 64L << 20);
        repos = Repos.open(journal, meta, InstantSource.system(), Settings.standard());
        jobs = open(runtime);
    }

    Jobs open(Runtime runtime) {
        Jobs made =
                new Jobs(
                        new RepoWorkspace(repos),
                        meta,
                        runtime,
                        new Jobs.Settings(
                                directory,
                                64L << 20,
                                () -> 2,
                                Duration.ofSeconds(60),
                                "no runtime: type --runtime process",
                                InstantSource.system()),
                        new Random(1));
        made.start();
        return made;
    }

    Repo repo() {
        return repos.find(REPO).orElseThrow();
    }

    void put(String path, String text) {
        put(path, text.getBytes(StandardCharsets.UTF_8));
    }

    void put(String path, byte[] bytes) {
        try (ContentWriter writer = repos.newContent()) {
            writer.write(ByteBuffer.wrap(bytes));
            put(path, writer.finish());
        }
    }

    void put(String path, Content content) {
        repo().put(
                        "master",
                        path,
                        new FileEntry(content, false, 1, "text/plain", Map.of()),
                        Precondition.NONE);
    }

    Commit commit() {
        return repo().commit("master", new CommitRequest("test", "test", Map.of(), null)).commit();
    }

    void job(String name, String json) {
        jobs.put(REPO, name, json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    /** Runs the job on the head, to its end. */
    RunRecord run(String name) throws InterruptedException {
        RunRecord run = jobs.run(REPO, name, null);
        return jobs.await(REPO, run.id(), 60_000);
    }

    RunRecord succeed(String name) throws InterruptedException {
        RunRecord run = run(name);
        if (run.state() != RunState.SUCCEEDED) {
            throw new AssertionError(run.state() + ": " + run.error());
        }
        return run;
    }

    String output(String name, String path) throws IOException {
        return new String(outputBytes(name, path), StandardCharsets.UTF_8);
    }

    byte[] outputBytes(String name, String path) throws IOException {
        Snapshot snapshot = repo().snapshot(jobs.output(REPO, name, null));
        FileEntry file = (FileEntry) snapshot.find(path).orElseThrow();
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        repos.contents()
                .read(
                        file.content(),
                        0,
                        file.content().size(),
                        piece -> {
                            byte[] bytes = new byte[piece.remaining()];
                            piece.get(bytes);
                            out.writeBytes(bytes);
                        });
        return out.toByteArray();
    }

    List<String> outputPaths(String name) {
        List<String> paths = new ArrayList<>();
        repo().snapshot(jobs.output(REPO, name, null))
                .list("", "", true)
                .forEachRemaining(e -> paths.add(e.path()));
        return paths;
    }

    @Override
    public void close() throws IOException {
        jobs.close();
        repos.close();
        journal.close();
    }
}
