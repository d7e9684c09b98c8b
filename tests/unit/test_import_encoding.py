"""The encoding of a file, also of a short one."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.ingest.sources.files.dialect import SAMPLE_BYTES, examine
from callboard.ingest.sources.files.encoding import encoding_of
from callboard.ingest.sources.plan import ImportPlan, open_rows

_LATIN = (
    "Duración Número Teléfono Información Mañana José Martínez Muñoz Niño Señal Colgó Contestó Perdió Está "
    "Gespräch Größe Für Zurück Müller Jürgen Köln München Straße Ungültig Gehört Prüfung Schön Während "
    "Duração Ligação Não Início Até João Gonçalves Informações Usuário Três Português Saída Conexão Ações "
    "Durée Numéro Appelé Décroché Échec Français François Hélène Élève Être Août Février Société Garçon Reçu "
    "Città Perché Più Già Però Qualità Lunedì Così Priorità È"
)
_CYRILLIC = "Дата Длительность Номер Отвечен Пропущен Иванов Абонент Звонок Занято Нет ответа"
_CENTRAL = "Połączenie Żądanie Długość Nieodebrane Świętokrzyskie Hovor Číslo Délka Přijatý Zmeškaný Łódź"
LATIN, CYRILLIC, CENTRAL = (words.split() for words in (_LATIN, _CYRILLIC, _CENTRAL))


def told(words: list[str], encoding: str) -> str | None:
    """The text of a file as it is read by the encoding that was found."""
    content = "\n".join(f"{number},{word}" for number, word in enumerate(words)).encode(encoding)
    found = encoding_of(content, whole=True)
    return content.decode(found or ("utf-8-sig" if content.startswith(codecs.BOM_UTF8) else "utf-8"))


def text(words: list[str]) -> str:
    return "\n".join(f"{number},{word}" for number, word in enumerate(words))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp1252"])
@given(words=st.lists(st.sampled_from(LATIN), min_size=1, max_size=8))
def test_words_of_western_europe_are_read_whatever_their_number(encoding: str, words: list[str]) -> None:
    """From one line on."""
    assert told(words, encoding) == text(words)


@pytest.mark.parametrize("encoding", ["cp850", "mac_roman"])
@given(words=st.lists(st.sampled_from(LATIN), min_size=3, max_size=8, unique=True))
def test_words_of_old_and_other_systems_are_read(encoding: str, words: list[str]) -> None:
    """Of MS-DOS and of the old Mac: a single word can be two words, three are enough."""
    assert told(words, encoding) == text(words)


@given(words=st.lists(st.sampled_from(CYRILLIC), min_size=1, max_size=8))
def test_cyrillic_is_read(words: list[str]) -> None:
    """In cp1251."""
    assert told(words, "cp1251") == text(words)


@given(words=st.lists(st.sampled_from(CENTRAL), min_size=2, max_size=8, unique=True))
def test_central_european_is_read(words: list[str]) -> None:
    """In cp1250."""
    assert told(words, "cp1250") == text(words)


_OTHERS = {
    "cp1253": "Απαντήθηκε Αναπάντητη Κατειλημμένο Ημερομηνία Διάρκεια Παπαδόπουλος Θεσσαλονίκη Γιώργος",
    "iso8859_7": "Απαντήθηκε Αναπάντητη Κατειλημμένο Ημερομηνία Διάρκεια Παπαδόπουλος Θεσσαλονίκη",
    "cp1254": "Yanıtlandı Cevapsız Meşgul Başarısız Süre Konuşma Çağrı Yıldız Şahin Öztürk İstanbul",
    "cp1255": "נענתה תפוס נכשל תאריך משך מספר שיחה ירושלים",
    "cp1256": "التاريخ الوقت المدة الحالة الرقم محمد القاهرة مكالمة",
    "iso8859_2": "Połączenie Długość Nieodebrane Świętokrzyskie Zajęte Łódź Wiśniewska Małgorzata",
    "cp1250": "Odebrane Zajęte Błąd Rozpoczęcie Małgorzata Wiśniewska Dąbrowski Zieliński",
    "koi8_r": "Длительность Отвечен Пропущен Екатерина Сотрудник Направление",
    "cp866": "Длительность Отвечен Пропущен Екатерина Сотрудник Направление",
}


@pytest.mark.parametrize(("encoding", "words"), _OTHERS.items(), ids=_OTHERS)
@given(data=st.data())
def test_other_alphabets_are_read(encoding: str, words: str, data: st.DataObject) -> None:
    """Greek, Turkish, Hebrew, Arabic, Polish and Cyrillic are not taken for Western."""
    few = data.draw(st.lists(st.sampled_from(words.split()), min_size=2, max_size=8, unique=True))
    assert told(few, encoding) == text(few)


@given(before=st.text("abc,\n1", max_size=40), word=st.sampled_from([*LATIN, *CYRILLIC, "東京", "😀"]))
def test_utf_8_is_known_wherever_the_sample_is_cut(before: str, word: str) -> None:
    """Also within a character."""
    content = (before + word).encode()
    for end in range(1, len(content) + 1):
        assert encoding_of(content[:end]) is None


@pytest.mark.parametrize("encoding", ["cp932", "gb18030"])
def test_encodings_of_several_bytes_are_left_to_the_detector(encoding: str) -> None:
    """Japanese and Chinese."""
    words = {
        "cp932": ["通話時間", "応答しました", "東京都", "電話番号", "開始時刻"],
        "gb18030": ["通话时长", "已接听", "电话号码"],
    }
    assert told(words[encoding] * 4, encoding) == text(words[encoding] * 4)


def test_an_accent_late_in_the_file_decides(tmp_path: Path) -> None:
    """Behind a long part of plain ASCII."""
    path = tmp_path / "calls.csv"
    path.write_bytes(
        b"id,name\n" + b"1,Ann\n" * (SAMPLE_BYTES // 3) + "2,Müller\n3,Jürgen\n".encode("cp1252")
    )
    assert examine(ImportPlan(str(path), "acme.com")).encoding == "cp1252"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize(
    "body", ["id,name\n1,Zoë\n", '{"id": "1", "name": "Zoë"}\n', '[{"id": "1", "name": "Zoë"}]']
)
def test_unicode_is_read_without_being_told(tmp_path: Path, encoding: str, body: str) -> None:
    """With a byte-order mark or without, of any format."""
    path = tmp_path / "calls"
    path.write_bytes(body.encode(encoding))
    with open_rows(ImportPlan(str(path), "acme.com"), None) as (_, rows):
        assert [record.row for record in rows] == [{"id": "1", "name": "Zoë"}]
