"""Sentences of an answer that claim nothing about a document: greetings, questions, offers, "I could not find this"."""

from __future__ import annotations

import re

from runtime.documents.normal import words_at

SHORTEST_WORDS = 2
_NOTHING = {
    "en": r"(?:hi|hello|hey|dear|thanks|thank you|sure|certainly|of course|you['’]re welcome|great question|let me|"
    r"i hope|feel free|please (?:let|ask|note|consult|check)|here (?:is|are|'s)|in (?:summary|short)\s*:|below|"
    r"i (?:could|can|did|do|was|am|have|would|will|'m|’m)\b.{0,20}\b(?:not|n't|unable|happy|sorry|help|find|"
    r"found|afraid)|"
    r"(?:sorry|unfortunately),? i|if you (?:have|want|need|would like)|would you|do you|should you|"
    r"(?:the|these|your|this) (?:documents?|sources?|passages?|texts?|excerpts?) (?:do|does|did)(?: not|n['’]t) "
    r"(?:say|mention|state|contain|specify|provide|include|answer|give|tell)|"
    r"(?:there is|there's) (?:no (?:information|mention)|nothing)\b.{0,40}\b(?:documents?|sources?|passages?|texts?)|"
    r"(?:this|that|it|the answer) (?:is|was|could)(?: not|n['’]t) (?:mentioned|stated|specified|found|in|be found))",
    "de": r"(?:hallo|guten|liebe|danke|gern|natürlich|hier (?:ist|sind)|ich (?:konnte|kann|habe|hoffe|helfe)|leider|"
    r"wenn sie|falls sie|möchten sie|(?:die|das|ihre) (?:dokumente?|quellen?|texte?) (?:nenn|enthalt|enthält|sag)\w* "
    r"(?:nicht|kein|das nicht|dazu nichts)|dazu (?:steht|findet sich) nichts)",
    "fr": r"(?:bonjour|bonsoir|merci|bien sûr|voici|je (?:n['’]ai pas|ne|suis|peux|vous)|désolé|malheureusement|"
    r"si vous|souhaitez-vous|les documents ne|le document ne)",
    "es": r"(?:hola|buenos|gracias|claro|por supuesto|aquí (?:está|tiene)|no (?:pude|puedo|he|encontré|encuentro)|"
    r"lo siento|lamentablemente|si (?:quiere|necesita|tiene)|los documentos no|el documento no)",
}


def nothing_claimed(text: str, language: str) -> bool:
    """Whether a sentence has nothing to check. Any thread."""
    bare = text.strip().lstrip("¿¡\"'“„«( ")
    if bare.rstrip("\"'”’») ").endswith(("?", "？", "؟")):
        return True
    if re.match(_NOTHING.get(language, r"(?!)"), bare, re.IGNORECASE):
        return True
    if bare.endswith(":"):
        # It leads to what follows.
        return True
    return sum(1 for _ in words_at(bare)) < SHORTEST_WORDS
