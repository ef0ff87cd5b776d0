"""Special folders by attribute and by well-known name."""

from __future__ import annotations

from collections import Counter

import pytest

from migrate_mail.net.imap import FolderInfo
from migrate_mail.sync.special import USES, by_attribute, by_name, said
from migrate_mail.sync.special_names import WELL_KNOWN
from migrate_mail.sync.spelling import key


@pytest.mark.parametrize(
    ("use", "names"),
    [
        ("\\sent", ["SENT ITEMS", "Gesendete Elemente", "éléments envoyés", "e\u0301le\u0301ments envoye\u0301s",
                    "Enviados", "Posta inviata", "Itens enviados", "Verzonden items", "Elementy wysłane", "Skickat",
                    "Sendte elementer", "Lähetetyt", "Odeslané", "Отправленные", "Надіслані", "gönderilmiş öğeler",
                    "送信済み", "已发送", "寄件備份", "보낸편지함"]),
        ("\\drafts", ["Entwürfe", "Brouillons", "Borradores", "Bozze", "Rascunhos", "Concepten", "Kopie robocze",
                      "Utkast", "Kladder", "Luonnokset", "Koncepty", "Черновики", "Чернетки", "Taslaklar", "下書き", "草稿箱"]),
        ("\\trash", ["Papierkorb", "Corbeille", "Papelera", "Cestino", "Lixeira", "Prullenbak", "Kosz", "Papperskorgen",
                     "Papirkurv", "Roskakori", "Koš", "Корзина", "Кошик", "Çöp Kutusu", "ゴミ箱", "已删除"]),
        ("\\junk", ["Junk-E-Mail", "Courrier indésirable", "Correo no deseado", "Posta indesiderata", "Ongewenste e-mail",
                    "Niechciana poczta", "Skräppost", "Søppelpost", "Roskaposti", "Nevyžádaná pošta", "Спам", "迷惑メール", "垃圾邮件"]),
        ("\\archive", ["Archiv", "Archives", "Archivo", "Archivio", "Arquivo", "Archief", "Archiwum", "Arkiv", "Arkisto",
                       "Архив", "Архів", "Arşiv", "アーカイブ", "归档"]),
    ],
)  # fmt: skip
def test_names_are_known_in_many_languages(use, names):
    """In any case of letters and in either Unicode form."""
    assert [n for n in names if by_name({n: n}, ()) != {use: n}] == []


def test_no_name_means_two_things():
    """A name that stood for two uses would put mail into the wrong one."""
    counts = Counter(name for names in WELL_KNOWN.values() for name in {key(n) for n in names})

    assert [name for name, count in counts.items() if count > 1] == []
    assert set(WELL_KNOWN) == set(USES)
    assert all(counts)


def test_the_most_usual_name_wins():
    """Of Sent and Sent Items one is the Sent folder; what the server declares is not guessed."""
    leaves = {"Sent Items": "Sent Items", "Sent": "Sent", "Spam": "Spam"}

    assert by_name(leaves, {"\\junk"}) == {"\\sent": "Sent"}


def test_only_folders_that_hold_mail_are_declared():
    r"""A \Noselect name and a view such as \All are not taken for special folders."""
    folders = [
        FolderInfo("All", "/", frozenset(), True, "\\all"),
        FolderInfo("A", "/", frozenset({"\\noselect"}), False, "\\sent"),
        FolderInfo("B", "/", frozenset(), True, "\\Sent"),
    ]

    assert by_attribute(folders) == {"\\sent": "B"}
    assert said("\\sent") == "\\Sent"
