import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** JSON both ways, by Jackson. */
final class Json {
    static final ObjectMapper MAPPER =
        new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);

    static <T> Serde<T> serde(Class<T> type) {
        return Serdes.serdeFrom(
            (topic, value) -> unchecked(() -> MAPPER.writeValueAsBytes(value)),
            (topic, bytes) -> bytes == null ? null : unchecked(() -> MAPPER.readValue(bytes, type)));
    }

    private interface Reading<T> {
        T get() throws IOException;
    }

    private static <T> T unchecked(Reading<T> reading) {
        try {
            return reading.get();
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }
}
