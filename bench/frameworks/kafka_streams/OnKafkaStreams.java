import java.sql.Connection;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.Stores;

/**
 * The job on Kafka Streams: one processor with two cached RocksDB stores, each with its changelog topic, and one
 * thread for each of two cores. The topic is keyed by employer, so nothing is repartitioned, as the DSL's groupBy
 * would. Durable: a processor behind it upserts the newest counts by JDBC, in batches, every second and at the end.
 */
public final class OnKafkaStreams {
    private static final int EVENTS = Integer.parseInt(System.getenv("BENCH_EVENTS"));
    private static final int DECLARED = Integer.parseInt(System.getenv("BENCH_DECLARED"));
    private static final boolean DURABLE = System.getenv("BENCH_DURABLE").equals("1");

    private static final Tally tally = new Tally(EVENTS);
    private static volatile Throwable failure;

    record Report(int events, double seconds, double cpuSeconds, Map<Integer, AtomicInteger> taken,
        Map<String, Integer> counts) {}

    private static StreamsBuilder topology() {
        StreamsBuilder builder = new StreamsBuilder();
        builder.addStateStore(Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(Counting.ENROLMENTS), Serdes.String(), Json.serde(Enrolment.class)).withCachingEnabled());
        builder.addStateStore(Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(Counting.COUNTS), Serdes.String(), Serdes.Integer()).withCachingEnabled());
        KStream<String, Count> changed = builder
            .stream("patuh.workers", Consumed.with(Serdes.String(), Json.serde(WorkerEvent.class)))
            .process(() -> new Counting(tally), Counting.ENROLMENTS, Counting.COUNTS);
        changed.filter((subject, count) -> count.crosses(DECLARED))
            .mapValues(count -> new Flag(count.subject(), count.enrolled(), count.enrolled() < DECLARED))
            .to("patuh.flags", Produced.with(Serdes.String(), Json.serde(Flag.class)));
        if (DURABLE) {
            changed.process(ToPostgres::new);
        }
        return builder;
    }

    private static Properties settings() {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, System.getenv("PATUH_SERVICE"));
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, System.getenv("KAFKA_BOOTSTRAP_SERVERS"));
        settings.put(StreamsConfig.STATE_DIR_CONFIG, System.getenv("BENCH_FOLDER"));
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2);
        settings.put("auto.offset.reset", "earliest");
        return settings;
    }

    private static Map<String, Integer> stored(KafkaStreams streams) {
        Map<String, Integer> found = new HashMap<>();
        var store = StoreQueryParameters.fromNameAndType(Counting.COUNTS, QueryableStoreTypes.<String, Integer>keyValueStore());
        try (var all = streams.store(store).all()) {
            for (KeyValue<String, Integer> one; all.hasNext(); ) {
                one = all.next();
                found.put(one.key, one.value);
            }
        }
        return found;
    }

    public static void main(String[] args) throws Exception {
        if (DURABLE) {
            try (Connection connection = ToPostgres.connect(); var statement = connection.createStatement()) {
                statement.execute("CREATE TABLE enrolled (subject text PRIMARY KEY, enrolled int NOT NULL)");
            }
        }
        KafkaStreams streams = new KafkaStreams(topology().build(), settings());
        streams.setUncaughtExceptionHandler(error -> {
            failure = error;
            tally.done.countDown();
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        streams.start();
        tally.done.await();
        long readAt = System.nanoTime();
        long cpuBefore = Tally.cpu();
        Map<String, Integer> counts = failure == null ? stored(streams) : Map.of();
        long readFor = System.nanoTime() - readAt;
        long cpuFor = Tally.cpu() - cpuBefore;
        streams.close();  // stores, output and PostgreSQL are written, offsets committed
        if (failure != null) {
            failure.printStackTrace();
            System.exit(1);
        }
        double seconds = (System.nanoTime() - tally.beganAt - readFor) / 1e9;
        double cpuSeconds = (Tally.cpu() - tally.cpuAt - cpuFor) / 1e9;
        System.out.println(Json.MAPPER.writeValueAsString(new Report(EVENTS - tally.warm, seconds, cpuSeconds, tally.taken, counts)));
    }
}
