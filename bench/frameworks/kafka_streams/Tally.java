import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the events taken by partition, and starts the clock once a tenth is handled and the JVM is warm. */
final class Tally {
    final Map<Integer, AtomicInteger> taken = new ConcurrentHashMap<>();
    final CountDownLatch done = new CountDownLatch(1);
    volatile long beganAt;
    volatile long cpuAt;
    final int warm;
    private final int wanted;
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger handled = new AtomicInteger();

    Tally(int wanted) {
        this.wanted = wanted;
        this.warm = Math.max(1, wanted / 10);
    }

    /** Whether one more event is wanted. */
    boolean begin() {
        return begun.incrementAndGet() <= wanted;
    }

    /** An event that was begun is handled. */
    void end() {
        int number = handled.incrementAndGet();
        if (number == warm) {
            cpuAt = cpu();
            beganAt = System.nanoTime();
        }
        if (number == wanted) {
            done.countDown();
        }
    }

    /** Nanoseconds of CPU time of this process so far. */
    static long cpu() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }
}
