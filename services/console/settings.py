"""Settings of the console beside those of every service."""

from pydantic import Field

from shared.settings import Settings


class ConsoleSettings(Settings):
    """`hosts`: the names under which the console may be asked, separated by commas."""

    hosts: str = Field(validation_alias="PATUH_CONSOLE_HOSTS", default="127.0.0.1,localhost")

    @property
    def allowed_hosts(self) -> list[str]:
        """The host names without their port."""
        return [host.strip() for host in self.hosts.split(",") if host.strip()]
