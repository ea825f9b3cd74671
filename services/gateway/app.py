"""gateway: the one door. Authenticates, validates, replaces NIK by a reference, publishes.

POST /v1/events -> handlers.Door.take -> employers, projects, workers, contributions
"""

from pathlib import Path

from services.gateway.access import Access
from services.gateway.handlers import Door
from services.gateway.later import Later
from services.gateway.privacy import Pseudonyms
from services.gateway.routes import routes
from services.gateway.settings import GatewaySettings
from shared.service import Service

settings = GatewaySettings()
service = Service(settings, Path(__file__).parent)
pseudonyms = Pseudonyms(settings.worker_ref_key.get_secret_value())
door = Door(service.database, service.producer, pseudonyms, settings.clock, settings.publish_seconds)
later = Later(service.database)
access = Access(service.database, later, settings.clock)
service.run_beside(later.run)
app = service.app()
app.include_router(routes(door, access, settings))
