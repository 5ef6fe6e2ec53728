package pfs.repo;

import pfs.chunk.Content;
import pfs.object.ObjectId;

/** What something beside the refs needs: results of jobs, for one. */
public interface Roots {
    /** Told of each thing that is needed, with all below it. */
    interface Visitor {
        /** A commit with its files. */
        void files(ObjectId commit);

        void content(Content content);
    }

    /** Tells all that is needed as of now, or a little later. */
    void visit(Visitor visitor);
}
