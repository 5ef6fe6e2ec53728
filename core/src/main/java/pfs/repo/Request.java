package pfs.repo;

import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import pfs.object.PreparedObject;

/** What the write queue is asked for, and whom it tells. */
sealed interface Request {
    CompletableFuture<?> answer();

    record Write(
            Branch branch,
            Operation operation,
            @Nullable Once once,
            @Nullable PreparedObject chunk,
            boolean awaited,
            CompletableFuture<Boolean> answer)
            implements Request {}

    record Install(
            Branch branch, UnaryOperator<BranchState> change, CompletableFuture<BranchState> answer)
            implements Request {}

    record Barrier(CompletableFuture<Long> answer) implements Request {}

    record Stop(CompletableFuture<Boolean> answer) implements Request {}
}
