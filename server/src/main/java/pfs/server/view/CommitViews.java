package pfs.server.view;

import pfs.api.CommitView;
import pfs.object.ObjectId;
import pfs.repo.Commit;
import pfs.server.http.HttpDates;

/** Commits as they travel. */
public final class CommitViews {
    private CommitViews() {}

    public static CommitView of(Commit commit) {
        return new CommitView(
                commit.id().toString(),
                commit.number(),
                commit.parents().stream().map(ObjectId::toString).toList(),
                HttpDates.instant(commit.time()),
                commit.author(),
                commit.message(),
                commit.metadata());
    }
}
