"""What servers and mail programs call Sent, Drafts, Trash, Junk and Archive, in many languages.

A name that means one thing here and another there (`Outbox`, the Chinese for `rubbish box`) is
not listed: a folder that is not recognised keeps its own name, one that is mistaken does not.
"""

from __future__ import annotations

from collections.abc import Mapping

_SENT = """
Sent, Sent Items, Sent Messages, Sent Mail, Sent-Mail, Sent Objects, Sent Email
Gesendet, Gesendete Objekte, Gesendete Elemente, Gesendete Nachrichten, Gesendete
Envoyés, Éléments envoyés, Messages envoyés, Courrier envoyé, Objets envoyés
Enviados, Elementos enviados, Mensajes enviados, Correo enviado
Inviati, Posta inviata, Elementi inviati, Messaggi inviati, Inviata
Itens enviados, Mensagens enviadas, Correio enviado, E-mails enviados, Elementos Enviados
Verzonden, Verzonden items, Verzonden berichten, Verzonden objecten
Wysłane, Elementy wysłane, Wysłane wiadomości
Skickat, Skickade, Skickade objekt, Skickade meddelanden
Sendt, Sendt post, Sendte elementer, Sendt e-post, Sendte meldinger
Lähetetyt, Lähetetyt kohteet, Lähetetyt viestit
Odeslané, Odeslaná pošta, Odeslané položky, Odeslané zprávy
Odoslané, Odoslaná pošta, Odoslané položky, Odoslané správy
Отправленные, Отправленные элементы, Отправлено
Надіслані, Відправлені, Надіслані елементи
Gönderilmiş Öğeler, Gönderilmiş, Gönderilenler, Gönderilmiş Postalar, Gönderilen Öğeler
送信済み, 送信済みメール, 送信済みアイテム, 送信済みトレイ
已发送, 已发送邮件, 已发邮件, 已傳送, 已傳送的郵件, 寄件備份, 寄件備份匣, 已寄出
보낸 편지함, 보낸편지함, 보낸메일함, 보낸 메일함
Elküldött, Elküldött elemek, Elküldött üzenetek
Trimise, Elemente trimise, Mesaje trimise
Απεσταλμένα, Σταλμένα
Saadetud, Saadetud kirjad
Poslano, Poslane stavke
"""
_DRAFTS = """
Drafts, Draft, Draft Messages
Entwürfe, Entwurf
Brouillons, Brouillon
Borradores, Borrador
Bozze, Bozza
Rascunhos, Rascunho
Concepten, Concept
Kopie robocze, Wersje robocze, Szkice, Robocze
Utkast, Kladder, Kladd, Udkast
Luonnokset
Koncepty, Rozepsané, Rozpísané
Черновики, Чернетки
Taslaklar, Taslak
下書き, 草稿, 草稿箱, 草稿匣
임시 보관함, 임시보관함
Piszkozatok, Vázlatok
Ciorne, Schițe
Πρόχειρα
Mustandid
Skice, Nacrti
"""
_TRASH = """
Trash, Deleted Items, Deleted Messages, Deleted, Bin, Deleted Objects, Rubbish, Wastebasket
Papierkorb, Gelöschte Elemente, Gelöschte Objekte, Gelöschte Nachrichten, Gelöscht
Corbeille, Éléments supprimés, Messages supprimés, Objets supprimés, Supprimés
Papelera, Elementos eliminados, Mensajes eliminados, Eliminados, Papelera de reciclaje
Cestino, Posta eliminata, Elementi eliminati, Messaggi eliminati, Eliminati
Lixeira, Lixo, Itens excluídos, Itens eliminados, Mensagens excluídas, Reciclagem
Prullenbak, Prullenmand, Verwijderde items, Verwijderde berichten, Verwijderd
Kosz, Elementy usunięte, Usunięte
Papperskorg, Papperskorgen, Borttaget, Borttagna objekt, Borttagna
Papirkurv, Papirkurven, Slettet post, Slettede elementer, Slettede meldinger
Roskakori, Poistetut, Poistetut kohteet, Poistetut viestit
Koš, Odstraněná pošta, Odstraněné položky, Odstraněné zprávy
Kôš, Odstránená pošta, Odstránené položky
Корзина, Удаленные, Удалённые, Удаленные элементы
Кошик, Видалені, Видалені елементи
Çöp Kutusu, Çöp, Silinmiş Öğeler, Silinen Öğeler, Silinmiş
ゴミ箱, ごみ箱, 削除済みアイテム, 削除済みメール
已删除, 已删除邮件, 废纸篓, 废件箱, 垃圾桶, 刪除的郵件, 已刪除的郵件
휴지통, 지운 편지함, 지운편지함
Kuka, Lomtár, Törölt elemek, Törölt
Coș de gunoi, Coș, Elemente șterse
Κάδος, Κάδος απορριμμάτων, Διαγραμμένα
Prügikast, Kustutatud
Koš za smeće, Izbrisane stavke
"""
_JUNK = """
Junk, Junk E-mail, Junk Email, Spam, Bulk Mail, Junk Mail, Bulk
Unerwünscht, Spamverdacht, Junk-E-Mail, Unerwünschte Werbung, Unerwünschte E-Mails
Courrier indésirable, Indésirables, Indésirable, Pourriel, Pourriels
Correo no deseado, Correo basura, No deseado
Posta indesiderata, Indesiderata
Lixo eletrônico, Lixo eletrónico, Lixo electrónico, Correio não solicitado
Ongewenst, Ongewenste e-mail, Ongewenste reclame, Ongewenste post
Wiadomości-śmieci, Niechciana poczta, Niechciane
Skräppost
Uønsket mail, Uønsket post, Uønsket e-mail, Uønsket e-post, Søppelpost, Søppel-e-post
Roskaposti
Nevyžádaná pošta, Nevyžádané, Nevyžiadaná pošta
Спам, Нежелательная почта
Небажана пошта
Önemsiz, Önemsiz E-posta, Gereksiz, İstenmeyen
迷惑メール
垃圾邮件, 垃圾郵件
스팸, 스팸메일함, 스팸 메일함, 스팸함, 정크 메일
Levélszemét
E-mail nedorit
Ανεπιθύμητα, Ανεπιθύμητη αλληλογραφία
Rämpspost
Neželjena pošta
"""
_ARCHIVE = """
Archive, Archives, Archived
Archiv, Archivado, Archivo, Archivados
Archivio
Arquivo, Arquivo morto, Arquivados
Archief
Archiwum
Arkiv
Arkisto
Archív
Архив, Архів
Arşiv
アーカイブ
存档, 归档, 封存
보관함
Archívum
Arhivă, Arhiva
Αρχειοθήκη
Arhiiv
"""


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for line in text.split("\n") for name in line.split(",") if name)


WELL_KNOWN: Mapping[str, tuple[str, ...]] = {
    "\\sent": _names(_SENT),
    "\\drafts": _names(_DRAFTS),
    "\\trash": _names(_TRASH),
    "\\junk": _names(_JUNK),
    "\\archive": _names(_ARCHIVE),
}
"""Special use (RFC 6154) -> its names; of two that an account has, the first one is meant."""
