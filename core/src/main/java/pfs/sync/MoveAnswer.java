package pfs.sync;

import java.util.List;
import pfs.object.ObjectId;

/** What the receiver of objects says when it is asked to move its refs. */
public sealed interface MoveAnswer {
    /** All is done and durable; an outcome for each ref that was asked for, in order. */
    record Done(List<Moved> refs) implements MoveAnswer {}

    /**
     * Nothing has changed: the commits reach these objects, which are not there, and maybe more.
     */
    record Lacking(List<ObjectId> ids) implements MoveAnswer {}
}
