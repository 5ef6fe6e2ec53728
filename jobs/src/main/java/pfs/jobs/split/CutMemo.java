package pfs.jobs.split;

import java.util.OptionalLong;
import pfs.object.ObjectId;

/** Remembers numbers by id, so that what is known of stored chunks is not read again. */
public interface CutMemo {
    OptionalLong find(ObjectId key);

    void put(ObjectId key, long value);
}
