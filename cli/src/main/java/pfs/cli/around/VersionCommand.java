package pfs.cli.around;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.api.Version;
import pfs.cli.session.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(name = "version", description = "Say which version this is.")
public final class VersionCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Override
    public Integer call() throws IOException {
        print(Objects.requireNonNull(parent));
        return 0;
    }

    public static void print(Session session) throws IOException {
        String version = Version.current();
        String java = Runtime.version().toString();
        if (session.json()) {
            session.out()
                    .object(
                            json -> {
                                json.writeStringProperty("version", version);
                                json.writeStringProperty("java", java);
                            });
        } else {
            session.out().line("pfs " + version + " (Java " + java + ")");
        }
    }
}
