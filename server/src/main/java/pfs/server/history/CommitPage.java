package pfs.server.history;

import org.jspecify.annotations.Nullable;
import pfs.repo.Commit;
import pfs.repo.Log;
import pfs.server.view.CommitViews;
import tools.jackson.core.JsonGenerator;

/** {@code {"commits":[…],"next":…}}, where next is what {@code after=} takes. */
final class CommitPage {
    private CommitPage() {}

    static void write(JsonGenerator json, Log commits, int limit) {
        @Nullable String last = null;
        json.writeStartObject();
        json.writeArrayPropertyStart("commits");
        for (int n = 0; n < limit && commits.hasNext(); n++) {
            Commit commit = commits.next();
            last = commit.id().toString();
            CommitViews.of(commit).writeTo(json);
            if (n == limit - 1) {
                commits.pause();
            }
        }
        json.writeEndArray();
        if (last != null && commits.hasNext()) {
            json.writeStringProperty("next", last);
        } else {
            json.writeNullProperty("next");
        }
        json.writeEndObject();
    }
}
