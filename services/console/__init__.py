"""The ops window: open flags with their reasons, and the live stream of events.

There is no login in this first form. Serve it on a loopback address only, for example
`uvicorn services.console.app:app --host 127.0.0.1`; requests that name another host are refused
(PATUH_CONSOLE_HOSTS), so that a web page elsewhere cannot reach it through the officer's browser.
"""
