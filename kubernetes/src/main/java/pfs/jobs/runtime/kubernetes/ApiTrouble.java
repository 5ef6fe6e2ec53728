package pfs.jobs.runtime.kubernetes;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.ConnectException;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/** What an API server refused, or that none answered, in pfs's words. */
final class ApiTrouble {
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int TOO_MANY = 429;
    private static final int SERVER_ERROR = 500;

    private ApiTrouble() {}

    /**
     * STOPPED when asking again later may help, else IMPOSSIBLE; an exception of pfs stays itself.
     *
     * @param url of the API server
     */
    static PfsException of(String url, RuntimeException e) {
        if (e instanceof PfsException own) {
            return own;
        }
        int code = e instanceof KubernetesClientException answered ? answered.getCode() : 0;
        if (code <= 0) {
            return new PfsException(
                    ErrorCode.STOPPED,
                    "no Kubernetes API server answers at " + url + ": " + root(e),
                    null,
                    e);
        }
        if (code >= SERVER_ERROR || code == TOO_MANY) {
            return new PfsException(
                    ErrorCode.STOPPED,
                    "the Kubernetes API server at " + url + " failed: " + said(e),
                    null,
                    e);
        }
        String rights =
                code == UNAUTHORIZED || code == FORBIDDEN
                        ? " (deploy/kubernetes/jobs-rbac.yaml has the rights that pfs needs)"
                        : "";
        return new PfsException(
                ErrorCode.IMPOSSIBLE,
                "the Kubernetes API server at " + url + " refused: " + said(e) + rights,
                null,
                e);
    }

    /** The server's own words where it has some. */
    private static String said(RuntimeException e) {
        @Nullable Status status =
                e instanceof KubernetesClientException answered ? answered.getStatus() : null;
        @Nullable String message = status == null ? null : status.getMessage();
        return message == null || message.isBlank() ? root(e) : message.strip();
    }

    /** The innermost cause that has something to say. */
    private static String root(Throwable e) {
        String said = e.getClass().getSimpleName();
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage();
            if (message != null && !message.isBlank()) {
                said = message.strip();
            } else if (cause instanceof ConnectException) {
                said = "nobody listens there";
            }
        }
        return said;
    }
}
