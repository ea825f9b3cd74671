"""console: what is wrong and why, and the stream of events, on a page for the ops team.

every topic but the dead letters -> handlers.on_events -> store
dead-letters                     -> letters.LetterReader -> store
store -> stream.Stream -> GET /v1/stream; pages (HTML) and api (JSON) read the same tables
"""

from pathlib import Path

from services.console import api, handlers, pages, protection
from services.console.letters import LetterReader
from services.console.settings import ConsoleSettings
from services.console.stream import Stream
from shared import topics
from shared.service import Service

settings = ConsoleSettings()
service = Service(settings, Path(__file__).parent)
service.subscribe(handlers.on_events, *[topic for topic in topics.ALL if topic != topics.DEAD_LETTERS])
# What decode() refused is no event: reading it through `subscribe` would make dead letters of dead letters.
service.run_beside(LetterReader(settings, service.database).run)
stream = Stream(service.database)
service.run_beside(stream.run)
app = service.app()
app.include_router(pages.router(service.database, settings.clock))
app.include_router(api.router(service.database, stream, settings.clock))
pages.mount_static(app)
protection.protect(app, settings.allowed_hosts)
