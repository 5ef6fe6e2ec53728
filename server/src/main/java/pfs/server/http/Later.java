package pfs.server.http;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * An answer that is left for later.
 *
 * @param answerer sets status and headers, and gives the body
 */
record Later<T>(CompletionStage<T> value, Function<T, ByteBuffer> answerer) {
    /**
     * When the value is there: answers by the executor, and gives the body; or tells why there is
     * no value, on whatever thread that comes.
     */
    void then(Executor by, Consumer<ByteBuffer> whole, Consumer<Throwable> failed) {
        value.whenComplete(
                (found, failure) -> {
                    if (failure == null) {
                        by.execute(() -> answer(found, whole, failed));
                    } else {
                        failed.accept(reason(failure));
                    }
                });
    }

    private void answer(T found, Consumer<ByteBuffer> whole, Consumer<Throwable> failed) {
        ByteBuffer body;
        try {
            body = answerer.apply(found);
        } catch (RuntimeException e) {
            failed.accept(e);
            return;
        }
        whole.accept(body);
    }

    private static Throwable reason(Throwable failure) {
        return failure instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : failure;
    }
}
