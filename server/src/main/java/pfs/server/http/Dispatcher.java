package pfs.server.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.error.PfsException;

/**
 * Where every request comes in: it passes the gate, finds its route, runs it, and answers what goes
 * wrong. Thread-safe.
 */
public final class Dispatcher extends Handler.Abstract {
    /** Bytes of a refused body that are read and dropped, so that the client sees the answer. */
    private static final long DRAIN = 16L << 20;

    /** A route may be busy for as long as it takes: only silence on the network is idle. */
    private static final Predicate<TimeoutException> WORKING = _ -> false;

    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final Logger ACCESS = LoggerFactory.getLogger("pfs.access");

    private final RouteTable table;
    private final Gate gate;
    private final RequestMeter meter;
    private final Limits limits;
    private final Semaphore permits;
    private final boolean logged;
    private final Writes writes;
    private final Executor workers;

    /**
     * @param workers runs each request that may have to wait; as many at once as the limits say
     */
    public Dispatcher(
            RouteTable table,
            Gate gate,
            RequestMeter meter,
            Limits limits,
            boolean logged,
            Writes writes,
            Executor workers) {
        super(InvocationType.NON_BLOCKING);
        this.writes = writes;
        this.table = table;
        this.gate = gate;
        this.meter = meter;
        this.limits = limits;
        this.permits = new Semaphore(limits.requests());
        this.logged = logged;
        this.workers = workers;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        long start = System.nanoTime();
        meter.begin();
        Exchange exchange = new Exchange(request, response, limits);
        if (!answeredAtOnce(exchange, callback, start)) {
            workers.execute(() -> work(exchange, callback, start));
        }
        return true;
    }

    /** Answers by the route's shortcut, on the thread that reads the requests of many clients. */
    private boolean answeredAtOnce(Exchange exchange, Callback callback, long start) {
        RouteTable.Match match = table.match(exchange.rawPath());
        Route route = match == null ? null : match.route(exchange.method());
        Shortcut shortcut = route == null ? null : route.shortcut();
        if (match == null || route == null || shortcut == null) {
            return false;
        }
        exchange.matched(match);
        boolean taken = false;
        try {
            gate.admit(exchange.request());
            authorize(exchange, route);
            boolean here = route.right() != Right.WRITE || writes.surelyHere(exchange);
            taken = here && shortcut.takes(exchange);
        } catch (RuntimeException refused) {
            // The long way finds the same, and says so.
            exchange.response().reset();
        }
        if (!taken) {
            exchange.body().giveBack();
            return false;
        }
        Consumer<@Nullable Throwable> end =
                failure -> end(exchange, callback, false, route.path(), start, failure);
        ByteBuffer body = exchange.now();
        Later<?> later = exchange.later();
        if (body != null) {
            exchange.sendWhole(body, end);
        } else if (later != null) {
            exchange.request().addIdleTimeoutListener(WORKING);
            answerLater(exchange, later, end);
        }
        return true;
    }

    /** Answers on a thread that may wait. */
    private void work(Exchange exchange, Callback callback, long start) {
        exchange.request().addIdleTimeoutListener(WORKING);
        String name = "none";
        Throwable failure = null;
        boolean permitted = permits.tryAcquire();
        try {
            if (!permitted) {
                throw Refusal.busy("the server answers " + limits.requests() + " requests already");
            }
            gate.admit(exchange.request());
            Route route = find(exchange);
            if (route != null) {
                name = route.path();
                exchange.body().checkAnnounced();
                if (!writes.taken(exchange, route)) {
                    route.action().run(exchange);
                }
            }
        } catch (IOException | RuntimeException | StackOverflowError | OutOfMemoryError e) {
            failure = tell(exchange, e);
        }
        Later<?> later = failure == null ? exchange.later() : null;
        if (later == null) {
            end(exchange, callback, permitted, name, start, failure);
        } else {
            String known = name;
            answerLater(exchange, later, told -> end(exchange, callback, true, known, start, told));
        }
    }

    private void answerLater(Exchange exchange, Later<?> later, Consumer<@Nullable Throwable> end) {
        later.then(
                ReadEndPoint.of(exchange.request(), workers),
                body -> exchange.sendWhole(body, end),
                failure -> workers.execute(() -> end.accept(tell(exchange, failure))));
    }

    private void end(
            Exchange exchange,
            Callback callback,
            boolean permitted,
            String name,
            long start,
            @Nullable Throwable failure) {
        if (permitted) {
            permits.release();
        }
        account(exchange, name, start, failure);
        finish(exchange, callback, failure);
    }

    /** Answers what went wrong, as far as that can be; gives why the answer must be cut off. */
    private static @Nullable Throwable tell(Exchange exchange, Throwable thrown) {
        return switch (thrown) {
            case PfsException e -> refuse(exchange, Problem.of(e), e);
            case Refusal e -> refuse(exchange, Problem.of(e), e);
            case Body.BrokenBodyException e -> refuse(exchange, Problem.of(e.refusal()), e);
            case IOException e -> e;
            default -> {
                LOG.error("{} {} failed", exchange.method(), exchange.rawPath(), thrown);
                yield refuse(exchange, fault(), thrown);
            }
        };
    }

    /** The route, if its caller may use it; null if the request has been answered already. */
    private @Nullable Route find(Exchange exchange) throws IOException {
        String path = exchange.rawPath();
        String method = exchange.method();
        RouteTable.Match match = table.match(path);
        if (match == null) {
            if (method.equals("OPTIONS") && path.equals("*")) {
                exchange.empty(204);
                return null;
            }
            throw new Refusal(
                    404, "No such route", "nothing is at " + path + "; see /openapi.json");
        }
        exchange.matched(match);
        Route route = match.route(method);
        if (route == null) {
            if (method.equals("OPTIONS")) {
                exchange.answer(204).put(HttpHeader.ALLOW, match.allowed());
                exchange.end();
                return null;
            }
            throw new Refusal(
                    405,
                    "Method not allowed",
                    method + " is not for " + path + "; it takes " + match.allowed(),
                    Map.of("Allow", match.allowed()));
        }
        authorize(exchange, route);
        return route;
    }

    private void authorize(Exchange exchange, Route route) {
        boolean ofRepo = route.scope() == Route.Scope.REPO;
        String caller =
                gate.authorize(exchange.request(), route.right(), ofRepo ? exchange.repo() : null);
        exchange.calledBy(caller);
        exchange.guardedBy(gate);
    }

    private static Problem fault() {
        return new Problem(
                500,
                "fault",
                "Fault",
                "the server failed; its log says how",
                "subject",
                null,
                Map.of());
    }

    /**
     * Answers with a problem, if nothing was answered yet.
     *
     * @return why the answer must be cut off; null if it is whole
     */
    private static @Nullable Throwable refuse(Exchange exchange, Problem problem, Throwable cause) {
        Response response = exchange.response();
        if (response.isCommitted()) {
            return cause;
        }
        try {
            response.reset();
            response.setStatus(problem.status());
            var body = problem.write(response.getHeaders());
            if (exchange.head()) {
                exchange.end();
            } else {
                exchange.piece(body, true);
            }
            if (!exchange.body().awaited()) {
                exchange.body().drain(DRAIN);
            }
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    private static void finish(Exchange exchange, Callback callback, @Nullable Throwable failure) {
        if (failure == null) {
            callback.succeeded();
        } else {
            LOG.debug("{} {} was cut off", exchange.method(), exchange.rawPath(), failure);
            // Quiet: a client that went away is no news.
            callback.failed(new EofException(failure));
        }
    }

    private void account(Exchange exchange, String name, long start, @Nullable Throwable failure) {
        long nanos = System.nanoTime() - start;
        int status = failure == null ? exchange.response().getStatus() : 499;
        long received = exchange.body().size();
        meter.end(
                new RequestMeter.Series(exchange.method(), name, status),
                nanos,
                received,
                exchange.sent());
        if (logged) {
            ACCESS.info(
                    "{} {} {} {} in={} out={} us={} from={} by={}",
                    exchange.method(),
                    exchange.rawPath(),
                    status,
                    name,
                    received,
                    exchange.sent(),
                    nanos / 1000,
                    Request.getRemoteAddr(exchange.request()),
                    exchange.caller());
        }
    }
}
