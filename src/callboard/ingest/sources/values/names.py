"""Names of months and days of the week, in the languages whose words are known."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final

_MONTHS = (
    (
        "jan january ene enero januar jänner jän janeiro janv janvier gen gennaio januari styczeń stycznia "
        "sty ocak oca январь января янв"
    ),
    (
        "feb february febr febrero februar fev fevereiro févr fév février febbraio februari luty lutego lut "
        "şubat şub февраль февраля фев"
    ),
    "mar march marzo mär mrz märz março mars mrt maart mars marts marzec marca mart март марта мар",
    "apr april abr abril avr avril aprile kwiecień kwietnia kwi nisan nis апрель апреля апр",
    "may mayo mai maio mag maggio mei maj maja mayıs mayis май мая",
    "jun june junio juni junho juin giu giugno czerwiec czerwca cze haziran haz июнь июня июн",
    "jul july julio juli julho juil juillet lug luglio lipiec lipca lip temmuz tem июль июля июл",
    "aug august ago agosto août aoû augustus augusti sierpień sierpnia sie ağustos ağu август августа авг",
    (
        "sep sept september septiembre setiembre set setembro septembre settembre wrzesień września wrz "
        "eylül eyl сентябрь сентября сен сент"
    ),
    (
        "oct october octubre okt oktober out outubro octobre ott ottobre październik października paź ekim "
        "eki октябрь октября окт"
    ),
    "nov november noviembre novembro novembre listopad listopada lis kasım kasim kas ноябрь ноября ноя",
    (
        "dec december dic diciembre dez dezember dezembro déc décembre dicembre desember des grudzień "
        "grudnia gru aralık aralik ara декабрь декабря дек"
    ),
)
# Short German "di" and "do" stand for one day each; French short names have three letters.
_WEEKDAYS = (
    (
        "mon monday lun lunes mo montag seg segunda segunda-feira lundi lunedì ma maandag mån måndag man "
        "mandag pon poniedziałek pzt pazartesi пн понедельник"
    ),
    (
        "tue tues tuesday mar martes di dienstag ter terça terça-feira mardi martedì dinsdag tis tisdag tir "
        "tirs tirsdag wt wtorek salı sal вт вторник"
    ),
    (
        "wed wednesday mié miércoles mi mittwoch qua quarta quarta-feira mer mercredi mercoledì wo woensdag "
        "ons onsdag śr środa çar çarşamba ср среда"
    ),
    (
        "thu thur thurs thursday jue jueves do donnerstag qui quinta quinta-feira jeu jeudi gio giovedì "
        "donderdag tor tors torsdag czw czwartek per perşembe чт четверг"
    ),
    (
        "fri friday vie viernes fr freitag sex sexta sexta-feira ven vendredi venerdì vr vrijdag fre fredag "
        "pt piątek cum cuma пт пятница"
    ),
    (
        "sat saturday sáb sábado sa samstag sonnabend sam samedi sab sabato za zaterdag lör lördag lør "
        "lørdag sob sobota cmt cumartesi сб суббота"
    ),
    (
        "sun sunday dom domingo so sonntag dim dimanche domenica zo zondag sön söndag søn søndag niedz ndz "
        "niedziela paz pazar вс воскресенье"
    ),
)


def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(each for each in decomposed if not unicodedata.combining(each))


def _table(rows: Iterable[str], first: int) -> dict[str, int]:
    return {_plain(word): at for at, words in enumerate(rows, first) for word in words.split()}


MONTHS: Final = _table(_MONTHS, 1)
WEEKDAYS: Final = _table(_WEEKDAYS, 0)


def month_of(word: str) -> int | None:
    """1 to 12 for the name of a month, long or short, with or without a dot and accents; None for others."""
    return _look_up(MONTHS, word)


def weekday_of(word: str) -> int | None:
    """0 (Monday) to 6 for the name of a day of the week; None for other words."""
    return _look_up(WEEKDAYS, word)


def _look_up(table: dict[str, int], word: str) -> int | None:
    word = word.rstrip(".")
    found = table.get(word.lower())
    return table.get(_plain(word)) if found is None else found
