import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** Keeps the latest enrolment of each worker and passes on each count that it changes. */
final class Counting implements Processor<String, WorkerEvent, String, Count> {
    static final String ENROLMENTS = "enrolments";
    static final String COUNTS = "counts";
    private final Tally tally;
    private ProcessorContext<String, Count> context;
    private KeyValueStore<String, Enrolment> enrolments;
    private KeyValueStore<String, Integer> counts;
    private AtomicInteger ofPartition;

    Counting(Tally tally) {
        this.tally = tally;
    }

    @Override
    public void init(ProcessorContext<String, Count> context) {
        this.context = context;
        enrolments = context.getStateStore(ENROLMENTS);
        counts = context.getStateStore(COUNTS);
        ofPartition = tally.taken.computeIfAbsent(context.taskId().partition(), p -> new AtomicInteger());
    }

    @Override
    public void process(Record<String, WorkerEvent> message) {
        if (tally.begin()) {
            count(message);
            ofPartition.incrementAndGet();
            tally.end();
        }
    }

    private void count(Record<String, WorkerEvent> message) {
        WorkerEvent event = message.value();
        String subject = event.countsFor();
        String ofWorker = event.subject() + "|" + subject;
        Enrolment known = enrolments.get(ofWorker);
        Enrolment said = new Enrolment(event.data().effectiveOn(), !event.type().contains(".unregistered."));
        if (known != null && known.on().compareTo(said.on()) > 0) {
            return;
        }
        enrolments.put(ofWorker, said);
        int by = (said.enrolled() ? 1 : 0) - (known != null && known.enrolled() ? 1 : 0);
        if (by == 0) {
            return;
        }
        Integer before = counts.get(subject);
        int was = before == null ? 0 : before;
        counts.put(subject, was + by);
        context.forward(message.withKey(subject).withValue(new Count(subject, was, was + by)));
    }
}
