package pfs.journal;

import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.object.PreparedObject;

/** The record of an object that is in no pack yet. */
record Unstored(Journal journal, ObjectKind kind, ObjectId id, Compressor.Encoded record)
        implements PreparedObject {
    @Override
    public void store() {
        journal.store(kind, id, record);
    }
}
