"""OCDS 1.1 files to events: read as a stream, compiled process by process, mapped."""
