"""What the operator may do about persons: look up, hand out, erase, re-key, keep no longer than needed."""
