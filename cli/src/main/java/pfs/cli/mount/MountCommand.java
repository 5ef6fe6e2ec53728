package pfs.cli.mount;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.api.ListedEntry;
import pfs.cli.mount.fuse.Mount;
import pfs.cli.mount.tree.MountedTree;
import pfs.cli.mount.tree.Owner;
import pfs.cli.mount.tree.ServerSource;
import pfs.cli.mount.tree.Version;
import pfs.cli.session.RemotePath;
import pfs.cli.session.Session;
import pfs.client.PfsClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "mount",
        description = {
            "Show a directory of the repo, and all below it, as a local directory, read-only.",
            "PATH defaults to the repo's root, DIRECTORY is empty. The branch is shown as it"
                + " stands, uncommitted changes included, no more than a second late; a commit or"
                + " tag stays as it is. A file that is open stays the version that it was; when the"
                + " branch has another one, reading on fails (ESTALE).",
            "It serves until Ctrl-C, SIGTERM or fusermount3 -u DIRECTORY. Linux, with fuse3."
        })
public final class MountCommand implements Callable<Integer> {
    private static final int LEAST_CACHE = 8;
    private static final int MIB = 1 << 20;

    /** In seconds, as options of a mount have it. */
    private static final String A_MONTH = "2592000";

    @ParentCommand @Nullable Session parent;

    @Option(
            names = {"-c", "--commit"},
            paramLabel = "REF",
            description =
                    "Show this commit, tag, or number; of a branch (HEAD: the branch's own) always"
                            + " the last commit.")
    @Nullable String commit;

    @Option(
            names = "--cache",
            paramLabel = "MIB",
            defaultValue = "64",
            description = "Memory for what was read, in MiB (default 64, 8 at least).")
    int cache;

    @Option(
            names = "--allow-other",
            description =
                    "Let other users read it too; unless root mounts, /etc/fuse.conf must have"
                            + " user_allow_other.")
    boolean allowOther;

    @Parameters(
            arity = "1..2",
            paramLabel = "[PATH] DIRECTORY",
            hideParamSyntax = true,
            description = "The path in the repo, and where it appears.")
    List<String> places = List.of();

    @Override
    public Integer call() throws IOException {
        Session session = Objects.requireNonNull(parent);
        checkCache(session);
        MountPoint point = MountPoint.prepare(Path.of(places.getLast()));
        PfsClient client = session.client();
        Version version = Version.resolve(client, commit);
        String root = places.size() == 1 ? "" : RemotePath.parse(places.getFirst()).path();
        ServerSource source =
                new ServerSource(client, root, version, line -> System.err.println("pfs: " + line));
        checkRoot(source, client, root, version);
        MountedTree tree =
                MountedTree.of(source, version, Owner.ofThisProcess(), (long) cache * MIB);
        Ending ending = new Ending();
        try (Mount mount =
                Mount.of(point.library(), tree, point.directory(), options(client, version))) {
            ending.of(mount);
            tell(session, point.directory(), version);
            mount.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } finally {
            ending.forget();
        }
        return 0;
    }

    private void checkCache(Session session) {
        long most = Runtime.getRuntime().maxMemory() / MIB / 2;
        if (cache < LEAST_CACHE) {
            throw session.usage(
                    "--cache " + cache + " is too little: " + LEAST_CACHE + " at least");
        }
        if (cache > most) {
            throw session.usage(
                    "--cache "
                            + cache
                            + " is more than half of the JVM's memory, which is "
                            + most
                            + " MiB: PFS_JAVA_OPTS=-Xmx"
                            + 3L * cache
                            + "m gives it more");
        }
    }

    /** Says what other commands say where there is no such directory. */
    private static void checkRoot(
            ServerSource source, PfsClient client, String root, Version version)
            throws IOException {
        Optional<ListedEntry> found = source.find("");
        if (found.isPresent() && found.get().type() == ListedEntry.Type.FILE) {
            throw new IOException(root + " is a file: pfs get fetches it");
        }
        String directory = root.isEmpty() ? "" : root + "/";
        client.send(
                        client.file(
                                "GET",
                                directory,
                                client.onBranch().and("commit", version.ref()).and("limit", "1")))
                .close();
    }

    private List<String> options(PfsClient client, Version version) {
        List<String> options = new ArrayList<>();
        options.add("subtype=pfs");
        options.add("fsname=" + escaped(client.endpoint().toString()));
        String names =
                switch (version) {
                    case Version.Fixed _ -> A_MONTH; // or until the kernel needs the memory
                    case Version.Following _ -> Long.toString(MountedTree.LIFE.toSeconds());
                };
        options.add("entry_timeout=" + names);
        options.add("negative_timeout=" + names);
        // A file that was just opened has the size of what was opened, not of what was there
        // before.
        options.add("attr_timeout=" + (version instanceof Version.Fixed ? A_MONTH : "0"));
        if (allowOther) {
            options.addAll(List.of("allow_other", "default_permissions"));
        }
        return options;
    }

    private static String escaped(String option) {
        return option.replace("\\", "\\\\").replace(",", "\\,");
    }

    private static void tell(Session session, Path directory, Version version) throws IOException {
        if (session.json()) {
            session.out()
                    .object(
                            json -> {
                                json.writeStringProperty("directory", directory.toString());
                                json.writeStringProperty("mounted", version.name());
                                if (version instanceof Version.Fixed fixed) {
                                    json.writeStringProperty("commit", fixed.ref());
                                }
                            });
        } else {
            session.out()
                    .line(
                            version.name()
                                    + " is mounted at "
                                    + directory
                                    + ", read-only; Ctrl-C or fusermount3 -u "
                                    + MountPoint.quoted(directory)
                                    + " ends it");
        }
        session.out().flush();
    }
}
