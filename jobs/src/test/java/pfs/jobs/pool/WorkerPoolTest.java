package pfs.jobs.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import pfs.jobs.runtime.IdleWorker;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.runtime.Worker;
import pfs.jobs.spec.JobSpec;
import pfs.jobs.spec.SpecJson;
import pfs.jobs.worker.TcpDialer;
import pfs.jobs.worker.Watchdog;

/** Who gets a worker, and which: what is near first, and nobody waits while one is free. */
@Timeout(60)
class WorkerPoolTest {
    private static final List<String> SERVERS = List.of("http://a", "http://b", "http://c");

    private final Watchdog watchdog = new Watchdog();
    private final AtomicInteger cores = new AtomicInteger(3);
    private HttpServer health;
    private WorkerPool pool;

    @BeforeEach
    void open() throws IOException {
        health = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        health.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                });
        health.start();
        JobSpec spec =
                SpecJson.decode(
                        "{\"input\": \"/\", \"command\": [\"true\"]}"
                                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        Runtime runtime = new OneOnEach();
        pool = new WorkerPool(runtime, runtime.resolve(spec), cores::get, watchdog);
    }

    @AfterEach
    void close() {
        pool.close();
        watchdog.close();
        health.stop(0);
    }

    /** Starts its workers on one server after the other. */
    private final class OneOnEach implements Runtime {
        private final AtomicInteger started = new AtomicInteger();

        @Override
        public String kind() {
            return "test";
        }

        @Override
        public Program resolve(JobSpec spec) {
            return new Program("program", "test", spec);
        }

        @Override
        public Worker start(Program program, LogSink log) {
            int number = started.getAndIncrement();
            return new IdleWorker(
                    "w" + number,
                    SERVERS.get(number % SERVERS.size()),
                    new TcpDialer(health.getAddress()));
        }

        @Override
        public void sweep() {}

        @Override
        public void close() {}
    }

    private static String near(String server) {
        int i = 0;
        while (!Nearness.isNearest("part" + i, server, SERVERS)) {
            i++;
        }
        return "part" + i;
    }

    private List<WorkerPool.Lease> all() throws InterruptedException {
        List<WorkerPool.Lease> leases = new ArrayList<>();
        for (int i = 0; i < cores.get(); i++) {
            leases.add(pool.acquire(null, ""));
        }
        return leases;
    }

    private FutureTask<String> waiting(String near, List<WorkerPool.Lease> kept)
            throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        FutureTask<String> task =
                new FutureTask<>(
                        () -> {
                            begun.countDown();
                            WorkerPool.Lease lease = pool.acquire(null, near);
                            synchronized (kept) {
                                kept.add(lease);
                            }
                            return lease.worker().server();
                        });
        Thread thread = Thread.ofPlatform().daemon().start(task);
        begun.await();
        while (thread.getState() != Thread.State.WAITING) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
        return task;
    }

    @Test
    void ofFreeWorkersTheNearOneIsTaken() throws InterruptedException {
        all().forEach(WorkerPool.Lease::close);
        for (String server : SERVERS) {
            try (WorkerPool.Lease lease = pool.acquire(null, near(server))) {
                assertThat(lease.worker().server()).isEqualTo(server);
            }
        }
    }

    @Test
    void aWorkerThatGetsFreeGoesToWhomItIsNearThoughOthersWaitLonger() throws Exception {
        List<WorkerPool.Lease> leases = all();
        List<WorkerPool.Lease> kept = new ArrayList<>();
        FutureTask<String> a = waiting(near("http://a"), kept);
        FutureTask<String> b = waiting(near("http://b"), kept);
        FutureTask<String> c = waiting(near("http://c"), kept);
        for (WorkerPool.Lease lease : leases.reversed()) {
            String server = lease.worker().server();
            lease.close();
            FutureTask<String> served =
                    server.equals("http://a") ? a : server.endsWith("b") ? b : c;
            assertThat(served.get(20, TimeUnit.SECONDS)).isEqualTo(server);
        }
    }

    @Test
    void whoIsNearToNoneHasHisTurnThoughOthersAreNear() throws Exception {
        List<WorkerPool.Lease> leases = all();
        List<WorkerPool.Lease> kept = new ArrayList<>();
        FutureTask<String> patient = waiting("", kept);
        WorkerPool.Lease lease = leases.getFirst();
        String near = near(lease.worker().server());
        for (int i = 0; i < 20 && !patient.isDone(); i++) {
            FutureTask<String> other = waiting(near, kept);
            lease.close();
            while (!patient.isDone() && !other.isDone()) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
            synchronized (kept) {
                lease = kept.removeLast();
            }
        }
        assertThat(patient.isDone()).as("who waits longest was served").isTrue();
    }

    @Test
    void nobodyWaitsForANearWorkerWhileAnotherIsFree() throws Exception {
        List<WorkerPool.Lease> leases = all();
        List<WorkerPool.Lease> kept = new ArrayList<>();
        FutureTask<String> waiting = waiting(near("http://a"), kept);
        WorkerPool.Lease far =
                leases.stream().filter(l -> l.worker().server().endsWith("c")).findFirst().get();
        far.close();
        assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo("http://c");
    }

    @Test
    void manyWhoWaitAllHaveTheirTurn() throws InterruptedException, ExecutionException {
        List<FutureTask<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            String near = i % 4 == 0 ? "" : "part" + i;
            FutureTask<Integer> task =
                    new FutureTask<>(
                            () -> {
                                try (WorkerPool.Lease lease = pool.acquire(null, near)) {
                                    Thread.sleep(1);
                                    lease.succeeded();
                                    return 1;
                                }
                            });
            tasks.add(task);
            Thread.ofVirtual().start(task);
        }
        for (FutureTask<Integer> task : tasks) {
            assertThat(task.get()).isEqualTo(1);
        }
    }

    /** As when one of two runs that share the workers is cancelled. */
    @Test
    void whoGivesUpWhenItIsHisTurnPassesItOn() throws Exception {
        cores.set(1);
        for (int i = 0; i < 200; i++) {
            WorkerPool.Lease lease = pool.acquire(null, "");
            List<WorkerPool.Lease> kept = new ArrayList<>();
            CountDownLatch begun = new CountDownLatch(1);
            Thread first =
                    Thread.ofPlatform()
                            .daemon()
                            .start(
                                    () -> {
                                        begun.countDown();
                                        try {
                                            pool.acquire(null, "").close();
                                        } catch (InterruptedException e) {
                                            // it gives up
                                        }
                                    });
            begun.await();
            while (first.getState() != Thread.State.WAITING) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
            FutureTask<String> second = waiting("", kept);
            first.interrupt();
            lease.close();
            assertThat(second.get(10, TimeUnit.SECONDS)).startsWith("http://");
            kept.forEach(WorkerPool.Lease::close);
            first.join();
        }
    }

    @Test
    void aServerThatJoinsIsPutToWork() throws InterruptedException {
        List<WorkerPool.Lease> leases = all();
        assertThat(pool.slots()).isEqualTo(3);
        cores.set(5);
        assertThat(pool.slots()).isEqualTo(5);
        leases.add(pool.acquire(null, ""));
        leases.add(pool.acquire(null, ""));
        assertThat(leases.stream().map(lease -> lease.worker().name())).doesNotHaveDuplicates();
    }

    @Test
    void whoAvoidsAWorkerIsGivenAnother() throws Exception {
        List<WorkerPool.Lease> leases = all();
        String failed = leases.getFirst().worker().name();
        leases.forEach(WorkerPool.Lease::close);
        for (int i = 0; i < 10; i++) {
            try (WorkerPool.Lease lease =
                    pool.acquire(failed, near(leases.getFirst().worker().server()))) {
                assertThat(lease.worker().name()).isNotEqualTo(failed);
            }
        }
    }
}
