package pfs.journal;

import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.pack.Place;

/** The refusal to answer an object that cannot be read from its place. */
final class Damage {
    private Damage() {}

    static PfsException missing(ObjectKind kind, ObjectId id) {
        String what = "the " + kind + " " + id + " is missing";
        return new PfsException(ErrorCode.CORRUPT, what, id.toString());
    }

    static PfsException of(ObjectKind kind, ObjectId id, Place place, Exception e) {
        return new PfsException(
                ErrorCode.CORRUPT,
                "the "
                        + kind
                        + " "
                        + id
                        + " cannot be read from "
                        + PackNumber.pack(place.pack())
                        + " at "
                        + place.offset()
                        + ": "
                        + e.getMessage(),
                id.toString(),
                e);
    }
}
