"""registry: who is enrolled, where, since when, in which programmes, paid until when."""
