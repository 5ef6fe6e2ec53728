package pfs.cli.remote;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.cli.session.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "pull",
        description = {
            "Get the commits of another server and move branches to them.",
            "A directory (DIR, ./DIR) stands for the store in it, which no server may have open."
        })
public final class PullCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Mixin Other other = new Other();

    @Override
    public Integer call() throws IOException {
        return other.transfer(Objects.requireNonNull(parent), "/pull", "from");
    }
}
