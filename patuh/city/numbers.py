"""Identifiers of the sample city: well-formed, unique, and from ranges that no real one is in."""

from datetime import date, timedelta

# Prime and no divisor of a power of ten: multiplying by it visits every number of a range once.
_STRIDE = 736_879
_YOUNGEST, _OLDEST = 19 * 365, 57 * 365


def scatter(seed: int, number: int, digits: int) -> str:
    """The `number`-th of all numbers with so many digits, in an order that looks random; no two alike."""
    space = 10**digits
    return f"{(number * _STRIDE + seed * 7_919) % space:0{digits}d}"


def _luhn_digit(digits: str) -> int:
    doubled = [int(char) * (2 if index % 2 == 0 else 1) for index, char in enumerate(reversed(digits))]
    return -sum(value - 9 if value > 9 else value for value in doubled) % 10


def npwp(seed: int, number: int) -> str:
    """NPWP of a firm: 0, then 99 and six digits, the check digit, tax office, head office 000.

    A million firms have tax office 405, the next million the one after it.
    """
    body = "99" + scatter(seed, number, 6)
    return f"0{body}{_luhn_digit(body)}{405 + number // 1_000_000:03d}000"


def nib(seed: int, number: int) -> str:
    """NIB: 13 digits."""
    return "99" + scatter(seed, number, 11)


def npp(seed: int, number: int) -> str:
    """NPP: two letters and six digits."""
    return "ZZ" + scatter(seed, number, 6)


def nik(seed: int, number: int, today: date) -> str:
    """NIK of a worker of 19 to 57 years. It begins with 99, which is no province; women: day + 40."""
    days = _YOUNGEST + int(scatter(seed, number, 6)) % (_OLDEST - _YOUNGEST)
    born = today - timedelta(days=days)
    day = born.day + 40 * (number % 2)
    return f"99{number // 9999:04d}{day:02d}{born:%m%y}{number % 9999 + 1:04d}"
