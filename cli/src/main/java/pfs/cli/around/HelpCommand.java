package pfs.cli.around;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.cli.session.Session;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(name = "help", description = "Say what pfs or one of its commands does.")
public final class HelpCommand implements Callable<Integer> {
    private static final String TEXT =
            """
            pfs: git for data with containers for compute

              pfs serve                start the server, on http://localhost:7370
              pfs serve --help         its options
              pfs engine-proxy --help  for jobs of a server in a container

            files     put       store files, or with -r whole directories
                      get       fetch them
                      cat       write files to standard output
                      ls        list a directory or a glob
                      rm cp mv  delete, copy, move
                      mount     show a directory or a commit as a local directory
            history   commit    commit the branch's changes
                      log       list commits        show    one, and what it changed
                      status    list changes        reset   drop them
                      diff      what differs between two commits
                      branch    list, make, move, delete branches     tag   the same for tags
                      merge     merge another branch
                      revert    undo a commit       cherry-pick  repeat one
                      repo      list, make, delete repos
            servers   push pull fetch   commits to or from another server or directory
                      remote    list, add, forget servers by name
                      clone     make a new data directory from a server: pfs clone URL DIR
                      cluster   show a server's role    promote  make a replica the master
            jobs      job       list, show, store, delete jobs
                      run       run a job           runs    list runs     logs  what they printed
            care      gc        free the space of what nothing reaches
                      fsck      check all that is stored, and mend it
            around    version   help   completion bash|zsh

            pfs help COMMAND tells more. All take --server URL, --repo NAME, --branch NAME, --json.
            Environment: PFS_SERVER, PFS_TOKEN, PFS_REPO, PFS_BRANCH, PFS_AUTHOR, PFS_JAVA_OPTS.
            Exit codes: 0 done, 1 refused or failed, 2 wrong usage.\
            """;

    @ParentCommand @Nullable Session parent;

    @Spec @Nullable CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "One command.")
    @Nullable String command;

    @Override
    public Integer call() throws IOException {
        Session session = Objects.requireNonNull(parent);
        if (command == null) {
            print(session);
            return 0;
        }
        CommandLine of =
                Objects.requireNonNull(spec)
                        .commandLine()
                        .getParent()
                        .getSubcommands()
                        .get(command);
        if (List.of("serve", "clone", "engine-proxy").contains(command)) {
            session.out().line("pfs " + command + " --help lists its options");
        } else if (of == null) {
            throw session.usage("there is no command '" + command + "': pfs help lists them");
        } else {
            session.out().line(of.getUsageMessage().stripTrailing());
        }
        return 0;
    }

    public static void print(Session session) throws IOException {
        session.out().line(TEXT);
    }
}
