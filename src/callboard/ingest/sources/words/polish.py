"""What Polish-speaking people and systems write."""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.words.table import table

POLISH: Final = table(
    "Polish",
    "common words of call logs",
    ends="""
completed: odebrane | odebrano | odebrany | odebrana | odebrane połączenie | połączenie odebrane
  | zrealizowane | zrealizowano | udane | udana | połączono | połączone | rozmowa | przeprowadzona
  | przeprowadzono rozmowę | zakończone sukcesem | sukces | nawiązane | obsłużone | obsłużony
completed voicemail: poczta głosowa | nagrano wiadomość
completed machine_detected: automatyczna sekretarka
completed transferred: przekierowane | przekazane
missed no_answer: nieodebrane | nieodebrano | nieodebrany | nieodebrana | nieodebrane połączenie
  | brak odpowiedzi | bez odpowiedzi | nie odpowiada
missed busy: zajęte | zajęty | zajęta | zajęta linia | linia zajęta | numer zajęty
missed canceled: anulowane | anulowano | anulowany | porzucone | przerwane | rozłączone przed odebraniem
missed rejected: odrzucone | odrzucono | odrzucony
missed: niepołączone | nie połączono
failed: błąd | nieudane | nieudana | nieudany | niepowodzenie | błędne
failed invalid_number: nieprawidłowy numer | błędny numer | zły numer | numer nieprawidłowy
  | nie ma takiego numeru
failed unreachable: nieosiągalny | nieosiągalne | niedostępny | abonent niedostępny | poza zasięgiem
by_talk: zakończone | zakończono | zakończony | rozłączone | rozłączono
queued: oczekujące | zaplanowane | w kolejce | oczekuje
ringing: dzwoni | dzwonienie
in_progress: w trakcie | trwa | w toku
""",
    call_type="""
inbound: przychodzące | przychodzący | przychodząca | połączenie przychodzące | przych
outbound: wychodzące | wychodzący | wychodząca | połączenie wychodzące | wych
left_out: wewnętrzne | wewnętrzny | nieznane
""",
    answered_by="""
human: człowiek | osoba
machine: automat | sekretarka | automatyczna sekretarka
left_out: nieznane
""",
    status="""
completed: zakończone | zakończono | zakończony | zakończona | ukończone | gotowe | wykonane
failed: błąd | nieudane | niepowodzenie
cancelled: anulowane | anulowano
running: w trakcie | w toku | uruchomione
pending: oczekujące | oczekuje | zaplanowane | w kolejce | nowe
""",
)
