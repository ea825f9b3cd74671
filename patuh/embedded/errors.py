"""What can go wrong with the embedded stack; each message is meant to be shown as it is."""


class EmbeddedError(RuntimeError):
    """Any of the errors below."""


class JavaMissingError(EmbeddedError):
    """No Java of version 17 or newer was found."""


class MavenUnreachableError(EmbeddedError):
    """A jar is neither in the cache nor to be had from the Maven repository."""


class JarMismatchError(EmbeddedError):
    """A jar is not the pinned one; it was deleted."""


class PartFailedError(EmbeddedError):
    """A part or a service ended, refused or did not answer in time; the message has the end of its log."""


class AlreadyRunningError(EmbeddedError):
    """Another stack works on the same data folder."""
