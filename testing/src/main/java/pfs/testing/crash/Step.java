package pfs.testing.crash;

/** One operation of a workload. */
enum Step {
    PUT_A,
    PUT_B,
    PUT_LARGE,
    DELETE_A,
    APPEND_A,
    MOVE_A_TO_B,
    COPY_DIRECTORY,
    UNPACK_THREE,
    COMMIT,
    RESET,
    COLLECT,
    RESTART
}
