import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Brings the newest counts into PostgreSQL: one connection and one batch for each partition. */
final class ToPostgres implements Processor<String, Count, Void, Void> {
    private static final String UPSERT =
        "INSERT INTO enrolled VALUES (?, ?) ON CONFLICT (subject) DO UPDATE SET enrolled = excluded.enrolled";
    private final Map<String, Integer> newest = new HashMap<>();
    private Connection connection;

    @Override
    public void init(ProcessorContext<Void, Void> context) {
        try {
            connection = connect();
            connection.setAutoCommit(false);
        } catch (SQLException error) {
            throw new IllegalStateException(error);
        }
        context.schedule(Duration.ofSeconds(1), PunctuationType.WALL_CLOCK_TIME, now -> write());
    }

    @Override
    public void process(Record<String, Count> message) {
        newest.put(message.key(), message.value().enrolled());
    }

    private void write() {
        if (newest.isEmpty()) {
            return;
        }
        try (var statement = connection.prepareStatement(UPSERT)) {
            for (var count : newest.entrySet()) {
                statement.setString(1, count.getKey());
                statement.setInt(2, count.getValue());
                statement.addBatch();
            }
            statement.executeBatch();
            connection.commit();
            newest.clear();
        } catch (SQLException error) {
            throw new IllegalStateException(error);
        }
    }

    @Override
    public void close() {
        write();
        try {
            connection.close();
        } catch (SQLException error) {
            throw new IllegalStateException(error);
        }
    }

    static Connection connect() throws SQLException {
        URI where = URI.create(System.getenv("DATABASE_URL"));
        String[] account = where.getUserInfo().split(":", 2);
        String url = "jdbc:postgresql://" + where.getHost() + ":" + where.getPort() + where.getPath();
        return DriverManager.getConnection(
            url + "?reWriteBatchedInserts=true", account[0], account.length > 1 ? account[1] : "");
    }
}
