package pfs.jobs.runtime.kubernetes;

import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.Response;
import io.fabric8.mockwebserver.http.WebSocket;
import io.fabric8.mockwebserver.http.WebSocketListener;

/**
 * Ends a watch on a thread of its own. The library's listener waits for the events that are still
 * to be sent, and does so on the event loop that is to send them: for half a minute nothing that
 * has this loop is answered.
 */
final class WatchEnd extends WebSocketListener {
    private final WebSocketListener watch;

    private WatchEnd(WebSocketListener watch) {
        this.watch = watch;
    }

    /** The same answer, if it begins no watch. */
    static MockResponse ofItsOwn(MockResponse answer) {
        WebSocketListener watch = answer.getWebSocketListener();
        return watch == null ? answer : answer.withWebSocketUpgrade(new WatchEnd(watch));
    }

    @Override
    public void onBeforeAccept(WebSocket socket, Response response) {
        watch.onBeforeAccept(socket, response);
    }

    @Override
    public void onOpen(WebSocket socket, Response response) {
        watch.onOpen(socket, response);
    }

    @Override
    public void onMessage(WebSocket socket, String text) {
        watch.onMessage(socket, text);
    }

    @Override
    public void onMessage(WebSocket socket, byte[] bytes) {
        watch.onMessage(socket, bytes);
    }

    @Override
    public void onPing(WebSocket socket, byte[] bytes) {
        watch.onPing(socket, bytes);
    }

    @Override
    public void onClosing(WebSocket socket, int code, String reason) {
        watch.onClosing(socket, code, reason);
    }

    @Override
    public void onClosed(WebSocket socket, int code, String reason) {
        Thread.ofVirtual().start(() -> watch.onClosed(socket, code, reason));
    }

    @Override
    public void onFailure(WebSocket socket, Throwable trouble, Response response) {
        Thread.ofVirtual().start(() -> watch.onFailure(socket, trouble, response));
    }
}
