import com.fasterxml.jackson.annotation.JsonProperty;

record Enrolment(String on, boolean enrolled) {}

record Count(String subject, int before, int enrolled) {
    /** Whether the declared number is reached now, or missed now. */
    boolean crosses(int declared) {
        return before < declared != enrolled < declared;
    }
}

record Flag(String subject, int enrolled, @JsonProperty("short") boolean isShort) {}
