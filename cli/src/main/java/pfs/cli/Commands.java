package pfs.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import pfs.cli.around.CompletionCommand;
import pfs.cli.around.FsckCommand;
import pfs.cli.around.GcCommand;
import pfs.cli.around.HelpCommand;
import pfs.cli.around.VersionCommand;
import pfs.cli.files.CatCommand;
import pfs.cli.files.CopyCommand;
import pfs.cli.files.GetCommand;
import pfs.cli.files.ListCommand;
import pfs.cli.files.MoveCommand;
import pfs.cli.files.PutCommand;
import pfs.cli.files.RemoveCommand;
import pfs.cli.history.BranchCommand;
import pfs.cli.history.CherryPickCommand;
import pfs.cli.history.CommitCommand;
import pfs.cli.history.DiffCommand;
import pfs.cli.history.LogCommand;
import pfs.cli.history.MergeCommand;
import pfs.cli.history.RepoCommand;
import pfs.cli.history.ResetCommand;
import pfs.cli.history.RevertCommand;
import pfs.cli.history.ShowCommand;
import pfs.cli.history.StatusCommand;
import pfs.cli.history.TagCommand;
import pfs.cli.jobs.JobCommand;
import pfs.cli.jobs.LogsCommand;
import pfs.cli.jobs.RunCommand;
import pfs.cli.jobs.RunsCommand;
import pfs.cli.mount.MountCommand;
import pfs.cli.remote.ClusterCommand;
import pfs.cli.remote.FetchCommand;
import pfs.cli.remote.PromoteCommand;
import pfs.cli.remote.PullCommand;
import pfs.cli.remote.PushCommand;
import pfs.cli.remote.RemoteCommand;
import pfs.cli.session.Session;
import picocli.CommandLine;

/** All commands by name. Making one costs milliseconds of reflection, so only what is used is. */
final class Commands {
    private static final Map<String, Supplier<Object>> ALL = new LinkedHashMap<>();

    static {
        ALL.put("put", PutCommand::new);
        ALL.put("get", GetCommand::new);
        ALL.put("cat", CatCommand::new);
        ALL.put("ls", ListCommand::new);
        ALL.put("rm", RemoveCommand::new);
        ALL.put("cp", CopyCommand::new);
        ALL.put("mv", MoveCommand::new);
        ALL.put("mount", MountCommand::new);
        ALL.put("commit", CommitCommand::new);
        ALL.put("log", LogCommand::new);
        ALL.put("show", ShowCommand::new);
        ALL.put("status", StatusCommand::new);
        ALL.put("reset", ResetCommand::new);
        ALL.put("diff", DiffCommand::new);
        ALL.put("branch", BranchCommand::new);
        ALL.put("tag", TagCommand::new);
        ALL.put("merge", MergeCommand::new);
        ALL.put("revert", RevertCommand::new);
        ALL.put("cherry-pick", CherryPickCommand::new);
        ALL.put("push", PushCommand::new);
        ALL.put("pull", PullCommand::new);
        ALL.put("fetch", FetchCommand::new);
        ALL.put("remote", RemoteCommand::new);
        ALL.put("promote", PromoteCommand::new);
        ALL.put("cluster", ClusterCommand::new);
        ALL.put("repo", RepoCommand::new);
        ALL.put("gc", GcCommand::new);
        ALL.put("fsck", FsckCommand::new);
        ALL.put("job", JobCommand::new);
        ALL.put("run", RunCommand::new);
        ALL.put("runs", RunsCommand::new);
        ALL.put("logs", LogsCommand::new);
        ALL.put("version", VersionCommand::new);
        ALL.put("help", HelpCommand::new);
        ALL.put("completion", CompletionCommand::new);
    }

    private Commands() {}

    /** The command line with the one command that the arguments name, or with all. */
    static CommandLine parse(Session session, String[] arguments) {
        CommandLine line = new CommandLine(session);
        Supplier<Object> only = arguments.length == 0 ? null : ALL.get(arguments[0]);
        if (only == null || arguments[0].equals("help") || arguments[0].equals("completion")) {
            ALL.forEach((name, command) -> line.addSubcommand(name, command.get()));
        } else {
            line.addSubcommand(arguments[0], only.get());
        }
        return line;
    }
}
