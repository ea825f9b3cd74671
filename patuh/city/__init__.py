"""A sample city, Kota Sukabumi, as a stream of events, with the flags it is meant to raise."""

from patuh.city.files import write_city
from patuh.city.plan import CityPlan
from patuh.city.stream import city_events
from patuh.city.truth import Truth, expected

__all__ = ["CityPlan", "Truth", "city_events", "expected", "write_city"]
