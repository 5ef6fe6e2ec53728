package pfs.meta.etcd;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Ends each call of etcd after a time, so that none waits for a member that is stopped. */
record AttemptLimit(Duration limit) implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
            MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return next.newCall(
                method, options.withDeadlineAfter(limit.toNanos(), TimeUnit.NANOSECONDS));
    }
}
