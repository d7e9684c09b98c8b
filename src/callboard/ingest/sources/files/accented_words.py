"""Words with accents that call logs hold, by which the encoding of a short file is told.

Headings and words of telephony, months, days and names, in the languages of the tables and some more.
"""

from __future__ import annotations

from typing import Final

ACCENTED_WORDS: Final = """
duración número teléfono día días código descripción grabación extensión dirección conversación atención
marcación motivación información situación sesión razón campaña español años mañana señor señora niño
compañía línea contestó terminó colgó llamó éxito fallo crédito débito región operación facturación
telefónico automático rápida última último único público música máquina página lámpara miércoles sábado josé
maría garcía martínez lópez gonzález rodríguez hernández sánchez pérez gómez díaz fernández álvarez jiménez
ramírez núñez peña muñoz ibáñez ángel andrés sofía lucía raúl joaquín inés óscar iván rubén simón martín
agustín verónica mónica héctor víctor ramón tomás nicolás sebastián jesús málaga cádiz córdoba león bogotá
medellín perú méxico panamá más sí está también después según aquí gespräch gespräche für über länge größe
größer straße schließen geschäft geschäftlich verfügbar zurück rückruf nächste nächster später früher
während zähler gebühr gebühren wählen gewählt anrufwähler märz müller jürgen jörg günther björn käthe
schäfer krüger köhler könig schröder möller weiß voß groß strauß münchen köln düsseldorf nürnberg österreich
zürich übertragen übertragung überlauf öffnen geöffnet gelöscht gehört hört können möchte müssen dürfen
schön grün mädchen tür bär bäcker hände häufig ähnlich äußere ungültig gültig ergänzung erklärung prüfung
kündigung störung verkäufer käufer präsenz qualität kapazität identität fußball maß heiß beißen dreißig
außen außerhalb süß duração números não ligação ligações operação chamada ação início saída atendida às
usuário usuária razão situação descrição discagem conexão gravação região extensão sessão opções informações
serviço preço força licença endereço começo março terça joão antónio antônio conceição gonçalves magalhães
guimarães araújo simões luís inês mônica fátima andré são paulo brasília goiás paraná ceará amanhã irmã
manhã também até você três mês português portuguê telefônico eletrônico família histórico possível
disponível numéro durée appelé appelant début état décroché répondu échec téléphone réponse événement
catégorie société qualité priorité numérique général générale répondeur transféré terminé refusé occupé
février août décembre françois françoise hélène rené léa zoë noël chloé théo jérôme frédéric stéphane jérémy
céline cécile gérard bénédicte étienne éric édouard désiré lefèvre père mère frère première dernière dernier
même être fenêtre hôtel côté tôt bientôt contrôle après très là où déjà voilà à français garçon reçu leçon
façade façon ça commerçant âge âme pâte château bâtiment gâteau tâche île boîte maître connaître goût dû sûr
naïf haïti maïs cœur sœur numérotation mécanique système problème modèle matière manière règle siège
collègue élève clé été éte privé fermé annulé expiré échoué perché città università qualità attività
priorità modalità località poiché né è cè più giù può però ciò sarà verrà già lunedì martedì mercoledì
giovedì venerdì così sì lì caffè tè nicolò niccolò forlì façonnage reçue maçon numéros durées beëindigd
reünie coördinatie geïnteresseerd één oriëntatie patiënt cliënt daniëlle połączenia połączenie rozpoczęcia
rozpoczęcie zakończenia zakończenie początek długość całkowity dzwoniący użytkownik źródło skąd dokąd łączny
miesiąc dzień październik września sierpień kwiecień łódź kraków wrocław gdańsk poznań łukasz małgorzata
paweł michał wójcik wiśniewska zieliński kowalczyk dąbrowski święta błażej grażyna księgowość samtalslängd
återuppringning påbörjad löptid förnamn handläggare användare göteborg malmö åsa öberg märta sjöberg längd
inspelad kö språk århus ålborg københavn søren jørgen sørensen kjær bjørn håkon øyvind tromsø ålesund
påbegyndt opkaldslængde årsag kø måned år fødsel bruger næste længde været første færdig přijatý zmeškaný
obsazeno neúspěšný zrušený začátek číslo trvání příchozí odchozí volající délka příjemce přepojeno jiří
dvořák kateřina tomáš růžička plzeň měsíc úterý čtvrtek pátek říjen září květen červen duben žádný účastník
időpont időtartam bejövő kimenő győr erzsébet kezdő idő ügynök hívás szűcs gyűjtés mű fő első elérhető
sikeres başlangıç bitiş süre süresi konuşma görüşme çağrı yıldız öztürk çağlar gülşen ibrahim şahin doğan
ışık uğur tuğba diyarbakır çelik aydın kılıç özgür müşteri oluşturulma başlama sonuç yönü dışı gün şubat
ağustos eylül kasım aralık çarşamba perşembe salı þjónusta svarað símanúmer þór guðrún sigurður björg
ósvarað lengd símtal þriðjudagur við απαντήθηκε αναπάντητη κατειλημμένο απέτυχε ημερομηνία ώρα
διάρκεια κατάσταση αριθμός εισερχόμενη εξερχόμενη κλήση χρήστης έναρξη λήξη ακυρώθηκε σύνολο τηλέφωνο όνομα
από προς αποτέλεσμα τύπος σημείωση νέα дата время длительность номер телефон иванов петрова звонок статус
оператор сотрудник начало окончание направление входящий исходящий נענתה תפוס נכשל תאריך שעה משך סטטוס מספר
נכנסת יוצאת שיחה משתמש התחלה סיום בוטל נציג טלפון שם לקוח לא التاريخ الوقت المدة الحالة الرقم واردة صادرة
مكالمة المستخدم البداية النهاية ملغاة مشغول فشل الرد محمد أحمد
"""
