package pfs.server.http;

import java.nio.ByteBuffer;
import java.util.Map;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Problem documents for what Jetty itself refuses: requests that it could not even parse. */
public final class JettyProblems extends ErrorHandler {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = response.getStatus();
        Object cause = request.getAttribute(ERROR_EXCEPTION);
        String reason = cause instanceof HttpException http ? http.getReason() : null;
        Problem problem = problem(status, reason);
        ByteBuffer body = problem.write(response.getHeaders());
        response.write(true, body, callback);
        return true;
    }

    private static Problem problem(int status, @Nullable String reason) {
        String title = HttpStatus.getMessage(status);
        String detail =
                switch (status) {
                    case 408 -> "the request came too slowly";
                    case 414 -> "the request's URI is over the limit of 32 KiB";
                    case 431 -> "the request's head is over the limit of 32 KiB";
                    default -> reason == null ? title : reason;
                };
        return new Problem(status, "http-" + status, title, detail, "subject", null, Map.of());
    }
}
