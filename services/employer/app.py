"""employer: companies, projects and the law. Decides what is wrong, and says so.

employers, projects, coverage -> handlers.Handlers.on_batch -> flags
every few seconds             -> handlers.Handlers.on_timer -> flags
GET /v1/flags, /v1/subjects   -> routes                     GET /v1/clearance -> clearance_routes
GET /v1/matching              -> matching_routes
"""

from functools import partial
from pathlib import Path

from services.employer.as_of import registry_at
from services.employer.clearance.routes import clearance_routes
from services.employer.handlers import Handlers
from services.employer.matching_routes import matching_routes
from services.employer.routes import routes
from services.employer.settings import EmployerSettings
from shared import topics
from shared.law import load
from shared.service import Service
from shared.timer import run_timer

settings = EmployerSettings()
law = load()
service = Service(settings, Path(__file__).parent)
handlers = Handlers(settings.clock, law)
service.subscribe(handlers.on_batch, topics.EMPLOYERS, topics.PROJECTS, topics.COVERAGE, most=2_000)
service.run_beside(partial(run_timer, handlers.on_timer, service.work))
app = service.app()
app.include_router(routes(service, law, registry_at(settings.registry_url)))
app.include_router(clearance_routes(service, law, settings))
app.include_router(matching_routes(service))
