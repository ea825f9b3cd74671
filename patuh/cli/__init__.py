"""The command line: `patuh up|demo|status|keys|emit|import|flags|explain|assess|law|clearance|backtest`."""

from patuh.cli.app import app

__all__ = ["app"]
