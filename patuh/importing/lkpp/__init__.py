"""LKPP's answers (ISB yearly snapshots, INAPROC v1 pages) become project events."""

from patuh.importing.lkpp.events import About as About
from patuh.importing.lkpp.events import read as read
