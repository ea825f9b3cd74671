"""registry: who is enrolled, where, since when, in which programmes, paid until when.

workers, contributions -> handlers.Handlers.on_facts -> coverage
"""

from pathlib import Path

from services.registry.handlers import Handlers
from shared import topics
from shared.service import Service
from shared.settings import Settings

service = Service(Settings(), Path(__file__).parent)
handlers = Handlers(service.settings.clock)
service.subscribe(handlers.on_facts, topics.WORKERS, topics.CONTRIBUTIONS)
app = service.app()
