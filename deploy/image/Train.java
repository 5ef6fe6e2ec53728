package pfs.image;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;

/**
 * A server and the command line in one process, so that one cache has the classes of both: the image
 * has no room for two. deploy/image/rootfs runs it once: Train DATA DIRECTORY, with PFS_SERVER.
 */
public final class Train {
    /** So many commands of the training: those that come and go with files. For all the image has no room. */
    private static final String LINES = "12";

    private Train() {}

    public static void main(String[] arguments) throws Exception {
        URI server = URI.create(System.getenv("PFS_SERVER"));
        String listen = server.getHost() + ":" + server.getPort();
        Thread serving =
                new Thread(
                        () ->
                                pfs.server.Main.main(
                                        new String[] {
                                            "serve", "--listen", listen, "--data", arguments[0]
                                        }));
        serving.setDaemon(true);
        serving.start();
        for (int i = 0; i < 600 && !answers(server); i++) {
            Thread.sleep(100);
        }
        pfs.cli.Main.main(new String[] {"train", arguments[1], LINES});
    }

    private static boolean answers(URI server) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(server.getHost(), server.getPort()), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
