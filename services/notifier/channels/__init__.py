"""The ways an alert can go out, one module each."""
