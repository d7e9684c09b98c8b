"""Names of time zones in words, as Windows and CLDR have them: `Eastern Time`, `W. Europe Standard Time`."""

from __future__ import annotations

import re
from typing import Final

_AMERICA: Final = {
    "eastern": ("America/New_York", -5),
    "central": ("America/Chicago", -6),
    "mountain": ("America/Denver", -7),
    "pacific": ("America/Los_Angeles", -8),
    "atlantic": ("America/Halifax", -4),
    "newfoundland": ("America/St_Johns", -3.5),
    "alaskan": ("America/Anchorage", -9),
    "alaska": ("America/Anchorage", -9),
    "hawaiian": ("Pacific/Honolulu", -10),
    "hawaii-aleutian": ("Pacific/Honolulu", -10),
}
"""Each as `… Time`, `… Standard Time` and `… Daylight Time` → zone, hours east of Greenwich in winter."""
_OTHERS: Final = {
    "us mountain standard time": "America/Phoenix",
    "us eastern standard time": "America/Indiana/Indianapolis",
    "pacific standard time (mexico)": "America/Tijuana",
    "central standard time (mexico)": "America/Mexico_City",
    "mountain standard time (mexico)": "America/Mazatlan",
    "eastern standard time (mexico)": "America/Cancun", "sa pacific standard time": "America/Bogota",
    "sa western standard time": "America/La_Paz", "e. south america standard time": "America/Sao_Paulo",
    "brasilia time": "America/Sao_Paulo", "argentina standard time": "America/Argentina/Buenos_Aires",
    "w. europe standard time": "Europe/Berlin", "romance standard time": "Europe/Paris",
    "central europe standard time": "Europe/Budapest", "e. europe standard time": "Europe/Chisinau",
    "fle standard time": "Europe/Kyiv", "gtb standard time": "Europe/Bucharest",
    "greenwich standard time": "Atlantic/Reykjavik", "greenwich mean time": "Etc/UTC",
    "coordinated universal time": "Etc/UTC", "turkey standard time": "Europe/Istanbul",
    "russian standard time": "Europe/Moscow", "israel standard time": "Asia/Jerusalem",
    "arabian standard time": "Asia/Dubai", "arab standard time": "Asia/Riyadh",
    "south africa standard time": "Africa/Johannesburg", "pakistan standard time": "Asia/Karachi",
    "india standard time": "Asia/Kolkata", "bangladesh standard time": "Asia/Dhaka",
    "se asia standard time": "Asia/Bangkok", "china standard time": "Asia/Shanghai",
    "singapore standard time": "Asia/Singapore", "taipei standard time": "Asia/Taipei",
    "tokyo standard time": "Asia/Tokyo", "japan standard time": "Asia/Tokyo",
    "korea standard time": "Asia/Seoul", "w. australia standard time": "Australia/Perth",
    "e. australia standard time": "Australia/Brisbane",
}  # fmt: skip
"""Names of one zone; where they say "standard" all the same, they mean its clocks of the whole year."""
_DOUBTFUL: Final = {
    "gmt standard time": ("Europe/London", 0),
    "central european time": ("Europe/Berlin", 1),
    "central european standard time": ("Europe/Berlin", 1),
    "eastern european time": ("Europe/Helsinki", 2),
    "eastern european standard time": ("Europe/Helsinki", 2),
    "aus eastern standard time": ("Australia/Sydney", 10),
    "new zealand standard time": ("Pacific/Auckland", 12),
    **{f"{name} standard time": said for name, said in _AMERICA.items()},
}
_FIXED: Final = {
    "british summer time": 1, "central european summer time": 2, "eastern european summer time": 3,
    **{f"{name} daylight time": hours + 1 for name, (_, hours) in _AMERICA.items()},
}  # fmt: skip

ZONE_NAMES: Final[dict[str, tuple[str | None, float | None]]] = {
    **{f"{name} time": (zone, None) for name, (zone, _) in _AMERICA.items()},
    **{name: (zone, None) for name, zone in _OTHERS.items()},
    **dict(_DOUBTFUL),
    **{name: (None, hours) for name, hours in _FIXED.items()},
}
"""Name in small letters → zone, and hours east of Greenwich. Both: it means the zone's clocks of the whole
year to some, and to others those of its winter; in summer a person has to say.
"""
PATTERN: Final = "|".join(re.escape(each) for each in sorted(ZONE_NAMES, key=len, reverse=True))
"""An expression for all of them, for small letters."""
