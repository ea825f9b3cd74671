"""How fast worker events become committed coverage and flags, beside the usual way and the limit."""
