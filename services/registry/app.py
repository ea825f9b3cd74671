"""registry: who is enrolled, where, since when, in which programmes, paid until when.

workers, contributions       -> handlers.Handlers.on_facts -> coverage
at the start, after a change
of the minimum wages         -> handlers.Handlers.recount  -> coverage
"""

from functools import partial
from pathlib import Path

from services.registry.handlers import Handlers
from services.registry.routes import routes
from services.registry.wages import in_force
from shared import topics
from shared.service import Service
from shared.settings import Settings

service = Service(Settings(), Path(__file__).parent)
handlers = Handlers(service.settings.clock, in_force())
service.subscribe(handlers.on_facts, topics.WORKERS, topics.CONTRIBUTIONS, at_once=2, most=10_000)
service.run_beside(partial(handlers.run_recount, service.work))
app = service.app()
app.include_router(routes(service.database, in_force()))
