"""Pairs of words of which one says the opposite of the other."""

from __future__ import annotations

# In each line the words before the bar and those behind it exclude each other. Compared by their stems.
_OPPOSITES = {
    "en": """
        increase increased rise rose risen grow grew grown gain climb climbed raise raised expand up grew | \
            decrease decreased fall fell fallen drop dropped decline declined reduce reduced lower lowered shrink \
            shrank cut down
        more greater higher larger bigger longer older later better faster stronger above exceed exceeds over \
            warmer heavier wider | less fewer lower smaller shorter younger earlier worse slower weaker below \
            under cooler lighter narrower
        most largest biggest highest greatest longest oldest best tallest maximum majority strongest | least \
            smallest lowest fewest shortest youngest worst minimum minority weakest
        before prior earlier until preceding precede | after following later subsequently since afterwards follow
        first begin began start started | last final end ended finish finished
        allow allowed permit permitted may authorised authorized | forbid forbidden prohibit prohibited banned \
            ban disallow
        include included includes including contains comprise | exclude excluded excludes excluding except omit \
            omitted
        must shall required obliged mandatory compulsory obligatory | optional voluntary voluntarily optionally
        accept accepted approve approved agreed | reject rejected refuse refused denied deny declined
        win won victory winner | lose lost defeat loser
        buy bought purchase purchased acquire acquired | sell sold sale
        lend lent lender | borrow borrowed borrower
        tenant lessee renter | landlord lessor
        employer | employee
        insurer | policyholder insured
        seller vendor | buyer purchaser
        import imported imports | export exported exports
        inside indoor internal | outside outdoor external
        left | right
        north northern | south southern
        east eastern | west western
        open opened opens | close closed shut closes
        positive | negative
        success successful succeed succeeded | failure failed fail unsuccessful
        common frequent usual often frequently usually | rare rarely uncommon seldom unusual
        safe harmless | dangerous harmful unsafe
        connect connected attach attached insert | disconnect disconnected detach detached remove removed unplug
        advantage benefit | disadvantage drawback
        profit | loss
        credit | debit
        paid unpaid | free
        male man men boy husband father son brother | female woman women girl wife mother daughter sister
        day daytime | night
        morning | evening
        weekdays | weekends
        hot warm heat | cold cool
        support supported favour | oppose opposed
        join joined enter entered | leave left quit
        always | sometimes occasionally rarely
        all every each entire entirely everyone everybody both whole any | some several few partly part partially \
            certain
        always invariably | sometimes occasionally often usually mostly
        only solely exclusively | also among besides additionally including
        never none nobody | sometimes always often everyone
        directly | indirectly
        domestic national | foreign abroad
        public | private
        permanent permanently | temporary temporarily
        ascending | descending
        arrive arrived | depart departed
        married | unmarried single divorced
        gross | net
        upper top | lower bottom
        mild slight slightly mildly | severe serious severely
        partial partially | complete completely full
        normal | abnormal
        cause caused raised | prevent prevented
        buy keep | remove
        clockwise | anticlockwise
        asleep | awake
        unanimous unanimously | narrowly
        fully full | empty
        improve improved better | worsen worsened deteriorated worse
        wet damp | dry
        legal lawful | illegal unlawful
        same identical equal | different distinct
        early | late
        strong | weak
        fast quick rapid | slow
        easy simple | difficult hard complicated
        large big | small little tiny
        high | low
        long | short
        rich wealthy | poor
        old | new young
    """,
    "de": """
        steigen stieg gestiegen erhöhen erhöht zunehmen wachsen wuchs zugenommen gewachsen | sinken sank gesunken \
            verringern verringert abnehmen fallen gefallen senken gesenkt fiel
        mehr höher größer länger älter später besser schneller über mindestens | weniger niedriger kleiner kürzer \
            jünger früher schlechter langsamer unter höchstens
        meisten größte größten höchste höchsten längste älteste maximum maximal mehrheit | wenigsten kleinste \
            niedrigste kürzeste jüngste minimum minimal minderheit
        vor vorher bevor | nach nachher nachdem seit
        erste ersten begann beginn beginnen | letzte letzten endete ende enden
        erlaubt gestattet darf zulässig | verboten untersagt unzulässig
        einschließlich enthalten inklusive enthält | ausschließlich ausgenommen exklusive ohne außer
        muss müssen verpflichtet verpflichtend pflicht | freiwillig optional
        gewann gewonnen sieg sieger | verlor verloren niederlage verlierer
        kaufen kaufte gekauft käufer | verkaufen verkaufte verkauft verkäufer
        mieter mieterin | vermieter vermieterin
        arbeitgeber | arbeitnehmer
        innen innerhalb | außen außerhalb
        links linken linke | rechts rechten rechte
        norden nördlich | süden südlich
        osten östlich | westen westlich
        öffnen geöffnet offen | schließen geschlossen
        positiv | negativ
        häufig oft | selten
        immer stets | manchmal gelegentlich selten
        alle alles jeder jede jedes sämtliche beide ganz gesamte | einige manche teilweise mehrere wenige teil
        nur lediglich | auch unter anderem
        annehmen angenommen | ablehnen abgelehnt
        groß große | klein kleine
        hoch hohe | niedrig niedrige
        warm heiß | kalt kühl
        öffentlich | privat
        dauerhaft | vorübergehend
        einfach leicht | schwierig schwer
        stark | schwach
        alt alte | neu neue jung
        lang lange | kurz kurze
        früh | spät
        vater sohn bruder mann | mutter tochter schwester frau
    """,
    "fr": """
        augmenter augmenté augmentation hausse croître | diminuer diminué baisse réduire réduit
        plus supérieur davantage | moins inférieur
        maximum | minimum
        avant | après depuis
        premier première début commencer | dernier dernière fin finir
        autorisé permis peut | interdit défendu
        compris inclus incluant | exclu excepté sauf hors
        obligatoire doit tenu | facultatif optionnel
        gagner gagné victoire | perdre perdu défaite
        acheter acheté acheteur | vendre vendu vendeur
        locataire preneur | bailleur propriétaire
        employeur | salarié employé
        intérieur | extérieur
        gauche | droite
        nord | sud
        est | ouest
        ouvert ouvrir | fermé fermer
        toujours | parfois rarement
        tous toutes tout chaque | certains certaines quelques plusieurs partie
        seulement uniquement | aussi également notamment
        accepter accepté | refuser refusé
        grand grande | petit petite
        chaud | froid
        public | privé
        élevé haut | faible bas
    """,
    "es": """
        aumentar aumentó aumento subir subió crecer creció | disminuir disminuyó reducir redujo bajar bajó descenso
        más mayor superior | menos menor inferior
        máximo | mínimo
        antes | después desde tras
        primer primero primera comenzar comenzó empezó | último última terminar terminó fin
        permitido puede autorizado | prohibido
        incluido incluye | excluido excepto salvo
        obligatorio debe | opcional voluntario
        ganar ganó victoria | perder perdió derrota
        comprar compró comprador | vender vendió vendedor
        inquilino arrendatario | arrendador propietario
        empleador | empleado trabajador
        interior | exterior
        izquierda izquierdo | derecha derecho
        norte | sur
        este oriental | oeste occidental
        abierto abrir | cerrado cerrar
        siempre | a veces raramente
        todos todas todo cada | algunos algunas varios parte
        solo sólo únicamente | también además
        aceptar aceptó | rechazar rechazó
        grande | pequeño pequeña
        caliente | frío
        público | privado
        alto alta | bajo baja
    """,
}


def opposites(language: str) -> list[tuple[frozenset[str], frozenset[str]]]:
    """The pairs of a language, as written."""
    lines = [line.split("|") for line in _OPPOSITES.get(language, "").splitlines() if "|" in line]
    return [(frozenset(one.split()), frozenset(other.split())) for one, other in lines]
