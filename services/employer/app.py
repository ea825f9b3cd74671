"""employer: companies, projects and the law. Decides what is wrong, and says so.

employers, projects, coverage -> handlers.Handlers.on_batch -> flags
every few seconds             -> handlers.Handlers.on_timer -> flags
"""

from functools import partial
from pathlib import Path

from services.employer.handlers import Handlers
from services.employer.law import load
from services.employer.routes import routes
from shared import topics
from shared.service import Service
from shared.settings import Settings

service = Service(Settings(), Path(__file__).parent)
handlers = Handlers(service.settings.clock, load())
service.subscribe(handlers.on_batch, topics.EMPLOYERS, topics.PROJECTS, topics.COVERAGE)
service.run_beside(partial(handlers.run_timer, service.work))
app = service.app()
app.include_router(routes(service, load()))
