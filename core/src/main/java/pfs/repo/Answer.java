package pfs.repo;

import org.jspecify.annotations.Nullable;
import pfs.object.ObjectId;
import pfs.tree.FileEntry;

/**
 * What a change that was asked for with an idempotency key came to, so that it can be told again.
 *
 * @param once the key and the request
 * @param time when it was made, nanoseconds since 1970
 * @param created whether something came to be where nothing was
 * @param file the file as it was written; null if it was no write of a file
 * @param commit the branch's head; null if it was no commit
 */
record Answer(
        Once once,
        long time,
        boolean created,
        @Nullable FileEntry file,
        @Nullable ObjectId commit) {}
