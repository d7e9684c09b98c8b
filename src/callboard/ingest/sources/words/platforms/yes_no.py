"""Columns of yes and no: whether a call was answered, or was abandoned. In all languages of the tables."""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.words.table import Table, table

_YES: Final = (
    "yes | y | ja | j | sí | sim | s | oui | o | true | t | wahr | verdadero | verdadeiro | vrai | vero | 1"
)
_NO: Final = "no | n | nein | não | non | false | f | falsch | falso | faux | 0"

YES_NO: Final[tuple[Table, ...]] = (
    table(
        "yes or no",
        "columns that are called answered, connected or alike",
        heading=r"answer|connected|contest|atend|respond|respost|repond|decroch|rispo|angenommen|beantwortet|completed"
        r"|reached|verbunden|picked_?up|success|erreicht|handled|completad",
        call_status=f"completed: {_YES}\nmissed: {_NO}",
    ),
    table(
        "yes or no, of tasks",
        "columns that are called success or alike",
        heading=r"succe|\bok\b|passed",
        status=f"completed: {_YES}\nfailed: {_NO}",
    ),
    table(
        "yes or no, of tasks that are done",
        "columns that are called done, finished or alike",
        heading=r"done|complet|finish|erledigt|hecho|terminad|termine|concluid|feito|\bfait|fatto",
        status=f"completed: {_YES}\npending: {_NO}",
    ),
    table(
        "yes or no, of missed calls",
        "columns that are called missed, abandoned or alike",
        heading=r"missed|abandon|verpasst|perdid|perdu|persa|manque|lost|unanswered|no_answer|not_answered",
        call_status=f"missed: {_YES}\nby_talk: {_NO}",
    ),
    table(
        "yes or no, of inbound calls",
        "columns that are called inbound, incoming or alike",
        heading=r"inbound|incoming|entrant|eingehend|in_entrata",
        call_type=f"inbound: {_YES}\noutbound: {_NO}",
    ),
    table(
        "yes or no, of outbound calls",
        "columns that are called outbound, outgoing or alike",
        heading=r"outbound|outgoing|salient|ausgehend|sortant|in_uscita|is_out",
        call_type=f"outbound: {_YES}\ninbound: {_NO}",
    ),
    table(
        "yes or no, of machines",
        "columns that are called voicemail, machine or alike",
        heading=r"machine|voicemail|anrufbeantworter|buzon|repondeur|segreteria|\bamd\b|in_voicemail",
        answered_by=f"machine: {_YES}\nleft_out: {_NO}",
    ),
)
