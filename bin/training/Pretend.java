import com.sun.net.httpserver.HttpServer;
import io.grpc.netty.NettyServerBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;

/**
 * Engines that pretend, in memory: as much of an etcd and of an S3 store as a server that trains its
 * cache of classes asks for (bin/train). They keep no promise: nothing lasts, no lease runs out, no
 * signature is looked at. java -cp LIB bin/training/Pretend.java LOSE: prints the values for --meta and
 * --store, a line each; when the file LOSE is there, it is deleted, and all leases are lost.
 */
class Pretend {
    public static void main(String[] arguments) throws Exception {
        Etcd etcd = new Etcd();
        int meta =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(etcd.keys())
                        .addService(etcd.leases())
                        .build()
                        .start()
                        .getPort();
        HttpServer store =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        store.createContext("/", new Store()::answer);
        store.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        store.start();
        System.out.println("etcd://127.0.0.1:" + meta);
        System.out.println(
                "s3://training/files?region=us-east-1&endpoint=http://127.0.0.1:"
                        + store.getAddress().getPort());
        Path lose = Path.of(arguments[0]);
        while (true) {
            if (Files.deleteIfExists(lose)) {
                etcd.loseLeases();
            }
            Thread.sleep(50);
        }
    }
}
