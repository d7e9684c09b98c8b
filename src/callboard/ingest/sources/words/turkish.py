"""What Turkish-speaking people and systems write."""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.words.table import table

TURKISH: Final = table(
    "Turkish",
    "common words of call logs",
    ends="""
completed: cevaplandı | cevaplanan | cevaplanmış | yanıtlandı | yanıtlanan | yanıtlanmış | başarılı
  | görüşüldü | bağlandı | konuşuldu | cevaplı | yanıtlı | açıldı | ulaşıldı
completed voicemail: sesli mesaj | sesli mesaj bırakıldı
completed machine_detected: telesekreter
completed transferred: aktarıldı | yönlendirildi
missed no_answer: cevapsız | cevapsız çağrı | cevapsız arama | cevaplanmadı | yanıtlanmadı | yanıtsız
  | cevap yok | yanıt yok | kaçırılan | kaçan | kaçan çağrı | kaçırıldı | açılmadı | ulaşılamadı
  | cevap vermedi
missed busy: meşgul | hat meşgul
missed canceled: iptal | iptal edildi | vazgeçildi | terk | terk edildi | terk edilen
missed rejected: reddedildi | reddedilen
missed: bağlanmadı
failed: başarısız | hata | hatalı | başarısız oldu
failed invalid_number: geçersiz numara | yanlış numara | hatalı numara
failed unreachable: ulaşılamıyor | kapsama dışı | kapalı
by_talk: sonlandı | sonlandırıldı | bitti | kapatıldı
queued: kuyrukta | bekliyor | planlandı | sırada
ringing: çalıyor
in_progress: devam ediyor | görüşmede | sürüyor
""",
    call_type="""
inbound: gelen | gelen çağrı | gelen arama
outbound: giden | giden çağrı | giden arama
left_out: dahili | bilinmiyor
""",
    answered_by="""
human: insan | kişi
machine: telesekreter | makine
left_out: bilinmiyor
""",
    status="""
completed: tamamlandı | bitti | başarılı
failed: başarısız | hata | hatalı
cancelled: iptal | iptal edildi
running: çalışıyor | devam ediyor | işleniyor
pending: bekliyor | beklemede | planlandı | kuyrukta | sırada
""",
)
