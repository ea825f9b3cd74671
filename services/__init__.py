"""The five services. None imports another; they meet on the topics and over HTTP only."""
