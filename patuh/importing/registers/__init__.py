"""Registers and lists as CSV and XLSX to events: columns guessed and confirmed, rows checked and mapped."""

from patuh.importing.registers.about import About as About
from patuh.importing.registers.previewing import preview as preview
from patuh.importing.registers.reading import read as read
