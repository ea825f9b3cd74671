"""gateway: the one door. Authenticates, validates, replaces NIK by a reference, publishes.

POST /v1/events -> handlers.Door.take -> employers, projects, workers, contributions
"""

from pathlib import Path

from services.gateway import contracts
from services.gateway.access import Access
from services.gateway.handlers import Door
from services.gateway.later import Later
from services.gateway.privacy import Pseudonyms
from services.gateway.recent import Recent
from services.gateway.routes import routes
from services.gateway.settings import GatewaySettings
from services.gateway.vault import vault_of
from shared.service import Service

settings = GatewaySettings()
service = Service(settings, Path(__file__).parent)
later = Later(service.database)
vault = vault_of(settings, later)
pseudonyms = Pseudonyms(settings.reference_keys(), remembers=vault.keeps)
recent = Recent(settings.remember_events)
door = Door(
    service.database,
    later,
    recent,
    service.producer,
    pseudonyms,
    settings.clock,
    settings.publish_seconds,
    vault,
)
access = Access(service.database, later, settings)
service.run_first(door.recall)
service.run_first(access.recall)
service.run_beside(later.run)
service.run_beside(access.run)
app = service.app()
app.include_router(routes(door, access, settings))
contracts.add_to(app)
