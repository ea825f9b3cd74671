"""Files of public procurement become events: read, compiled, mapped, sent; what cannot be used is told."""
