import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

@JsonIgnoreProperties(ignoreUnknown = true)
record Data(String employer, String project, String effectiveOn) {}

@JsonIgnoreProperties(ignoreUnknown = true)
record WorkerEvent(String type, String subject, Data data) {
    String countsFor() {
        return data.project() != null ? data.project() : data.employer();
    }
}
