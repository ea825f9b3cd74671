"""gateway: the one door. Authenticates, validates, pseudonymises, publishes. No business rule."""
