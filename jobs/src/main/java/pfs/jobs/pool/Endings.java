package pfs.jobs.pool;

import java.util.List;

/** Ends many things side by side, since each takes its time, and waits until all have ended. */
final class Endings {
    private Endings() {}

    /** Returns when all have run; an interrupt waits until then. */
    static void all(List<Runnable> ends) {
        List<Thread> threads =
                ends.stream().map(end -> Thread.ofVirtual().name("end").start(end)).toList();
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
