"""TAI to UTC as POSIX counts it: every day has 86,400 seconds, a leap second repeats the one before."""

from datetime import date

_MICROSECONDS = 1_000_000
_DAY = 86_400 * _MICROSECONDS
_FIRST_OFFSET_S = 10

# IERS Bulletin C: from each of these days on, TAI - UTC is one second more; from the first on it is 10 s.
_DATES = [
    (1972, 1), (1972, 7), (1973, 1), (1974, 1), (1975, 1), (1976, 1), (1977, 1), (1978, 1), (1979, 1), (1980, 1),
    (1981, 7), (1982, 7), (1983, 7), (1985, 7), (1988, 1), (1990, 1), (1991, 1), (1992, 7), (1993, 7), (1994, 7),
    (1996, 1), (1997, 7), (1999, 1), (2006, 1), (2009, 1), (2012, 7), (2015, 7), (2017, 1)]
_STARTS = [(date(year, month, 1) - date(1970, 1, 1)).days * _DAY for year, month in _DATES]


def to_utc(tai_us: int) -> int:
    """UTC microseconds since 1970; before 1972 the first offset holds."""
    offset = _FIRST_OFFSET_S
    for i, start in enumerate(_STARTS):
        if tai_us >= start + (_FIRST_OFFSET_S + i) * _MICROSECONDS:
            offset = _FIRST_OFFSET_S + i
    return tai_us - offset * _MICROSECONDS


def to_tai(utc_us: int) -> int:
    """TAI microseconds of a UTC time; of a leap second and the second after it, which share one, the later."""
    offset = _FIRST_OFFSET_S
    for i, start in enumerate(_STARTS):
        if utc_us >= start:
            offset = _FIRST_OFFSET_S + i
    return utc_us + offset * _MICROSECONDS
