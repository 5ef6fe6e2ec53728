package pfs.cli.around;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.cli.session.Session;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        description = {
            "Print completion for a shell.",
            "bash: source <(pfs completion bash); zsh: source <(pfs completion zsh)"
        })
public final class CompletionCommand implements Callable<Integer> {
    /** The shells that are known; both load the same script, which tells them apart. */
    enum Shell {
        bash,
        zsh
    }

    @ParentCommand @Nullable Session parent;

    @Spec @Nullable CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "bash or zsh")
    @Nullable Shell shell;

    @Override
    public Integer call() throws IOException {
        Session session = Objects.requireNonNull(parent);
        session.out()
                .line(
                        AutoComplete.bash(
                                "pfs", Objects.requireNonNull(spec).commandLine().getParent()));
        return 0;
    }
}
