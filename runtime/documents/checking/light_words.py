"""English words that say little of their own: a sentence may be reworded with them and mean the same."""

from __future__ import annotations

from functools import lru_cache

from runtime.documents.normal import normaliser

# Nouns, verbs, adjectives and adverbs that come in any text about anything.
_LIGHT = """
    able about above accord account across act actual add additional advance affect afterwards again ago agree ahead
    aim allow almost alone along already also although altogether always amount another answer any anybody anyone
    anything anyway apart apply approximately area arise around arrange arrive aside ask aspect available away back base
    basically become before begin behind belong below beside best better beyond big bit both bring build call care
    carry case catch cause certain change charge check choose claim clear close come common complete concern condition
    connect consider consist contain continue correct cost count couple course cover current cut date day deal decide
    definitely depend detail determine different difficult direct discover down draw drop due during each early easy
    either else elsewhere employ enable end enough ensure enter entire equal especially even event ever every
    everybody everyone everything exact example except exist expect explain express extend extra face fact fairly fall
    far fast feel few final find fine finish first fit fix follow forget form former forth forward free frequent front
    full further gain general get give go good grant great group grow guess half hand handle happen hard have head hear
    heavy help here high hold hour however huge idea immediate important include increase indeed indicate inform inside
    instead intend involve issue item join just keep kind know lack large last late latest lead least leave left length
    less let level lie like likely line list little long longer look lot low main maintain make manage many mark matter
    maximum mean measure meet merely mid might mind minimum minute moment month more most mostly move much name near
    nearly necessary need never nevertheless new next nobody none normal normally note nothing notice now nowadays
    number obtain obvious occasionally occur off offer often old one only open operate opposed option order originally
    other otherwise outside over overall own part particular pass past pay people per perhaps period person place plan
    please point possible possibly prepare present previous primarily probably problem process produce proper provide
    pull purpose push put quick quite raise range rather reach ready real really reason receive recent record refer
    regard regular relate remain remember report require rest result return right rise role roughly round rule run same
    say schedule second see seem select send sense separate serve set several shall share short should show side
    similar simple simply since single situation size slow small so some somebody somebody someone something sometimes
    somewhat somewhere soon sort space special specific spend stand start state stay step stick still stop straight
    subject such suggest suit suppose sure system take talk tell term thereby thing think though through throughout
    thus time today together top total touch toward town treat try turn type typical under understand undergo unless
    until upon use usual usually value various very via view visit wait want way week well what whatever whenever
    wherever whether while whole whose wide will wish within without word work worth would write wrong year yes yet
    yourself themself isn don doesn didn wasn weren aren won couldn shouldn wouldn hasn haven hadn ain
    according approx basically besides currently directly double easily entirely finally firstly generally gradually
    hence hereby highly initially largely lastly mainly merely namely naturally occasionally officially once originally
    partly presently previously rarely recently relatively secondly seldom shortly slightly specifically strictly
    subsequently successfully suddenly therefore third twice ultimately unfortunately upfront
    want wanted needed gets got gotten gave given went gone came took taken made meant brought began begun became told
    said thought found kept left held paid put ran sent shown spent stood understood wrote written drawn led lies lay
    extends lasts runs takes goes comes stays tends counts amounts totals equals
"""


@lru_cache(maxsize=1)
def light_stems() -> frozenset[str]:
    """Their stems. Any thread."""
    made = normaliser("en")
    return frozenset("".join(made.terms_of_word(word)) for word in _LIGHT.split())
