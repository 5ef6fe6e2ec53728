package pfs.repo;

import java.util.Set;
import pfs.object.ObjectId;

/**
 * What must hold of a path (or head) at the moment of a write: RFC 9110's If-Match and
 * If-None-Match.
 */
public sealed interface Precondition {
    /** Nothing must hold. */
    record None() implements Precondition {}

    /** Nothing may be there; refused with EXISTS, as POST is. */
    record Create() implements Precondition {}

    /** If-None-Match: * – nothing may be there; refused with PRECONDITION_FAILED. */
    record Absent() implements Precondition {}

    /** If-Match: * – something must be there. */
    record Present() implements Precondition {}

    /** If-Match: its content id must be one of these. */
    record Matches(Set<ObjectId> ids) implements Precondition {}

    /** If-None-Match: its content id must be none of these. */
    record Differs(Set<ObjectId> ids) implements Precondition {}

    Precondition NONE = new None();
}
