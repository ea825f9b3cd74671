"""The minimum wages of Kota Sukabumi, the city's own copy: its truth must not rest on what the rules read."""

from datetime import date

# Rupiah a month, by decision of the governor of West Java for each year (UMK).
_MINIMUM_IDR = {2024: 2_834_399, 2025: 3_018_634, 2026: 3_192_807}


def minimum_wage(day: date) -> int | None:
    """Rupiah a month in force on `day`; None in a year for which there is no figure."""
    return _MINIMUM_IDR.get(day.year)


def highest_minimum(today: date) -> int:
    """The highest minimum wage up to the year of `today`; that of the first year when all came later."""
    past = [wage for year, wage in _MINIMUM_IDR.items() if year <= today.year]
    return max(past, default=min(_MINIMUM_IDR.values()))
