"""Words in a document that look like orders to a model, or like its own control marks. Recognising them is a service to
the reader: what keeps them harmless is that no text of a document can do anything."""

from __future__ import annotations

import re
import unicodedata

_MARKS = re.compile(
    r"<\s*[|\uff5c][^<>|\uff5c]{1,40}[|\uff5c]\s*>"
    r"|\u27e6/?\w{4,}|\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]|<</?SYS>>"
    r"|</?(?:start_of_turn|end_of_turn|think|thinking|tool_call|tool_response|tools|function_calls?|system|assistant|"
    r"im_start|im_end|bos|eos|s|unk|pad)>",
    re.IGNORECASE,
)
# Roles as conversations are written down, at the beginning of a line.
_ROLES = re.compile(
    r"^\s*(?:#{1,6}\s*|\*\*|\[)?(?:system|assistant|developer|ai|human|instructions?)"
    r"(?: (?:prompt|message|note|override))?"
    r"(?:\*\*|\])?\s*(?::|$)",
    re.IGNORECASE | re.MULTILINE,
)
_FILLING = r"(?:(?:of|the|my|any|everything|what|and|all|to)\s+){0,4}"
_BEFORE = r"(?:previous|prior|above|earlier|preceding|former|foregoing|other|your|these|those|all|every|users?)"
_INSTRUCTIONS = (
    r"(?:instruct\w*|rules?|prompts?|directions?|guidelines?|commands?|directives?|constraints?|context|questions?)"
)
_ORDERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:ignore|disregard|forget|override|bypass|overlook|skip|discard|do not follow|don't follow|"
        rf"stop following)"
        rf"\s+{_FILLING}(?:{_BEFORE}\s+){{1,3}}(?:\w+\s+)?{_INSTRUCTIONS}",
        r"\b(?:ignore|disregard|do not follow|don't follow) (?:the )?\w+ (?:of|from|by) the (?:user|system)\b",
        r"\b(?:ignore|disregard|forget) (?:everything|all|anything)\b.{0,30}\b(?:above|before|said|told|so far)",
        r"\b(?:new|updated|real|actual|additional|hidden|secret|urgent|important) (?:system )?"
        r"(?:instructions?|prompt)\b\s*(?::|for (?:the|any|all) (?:ai|model|assistant))",
        r"\b(?:system|developer) (?:prompt|message|override|mode)\b",
        r"\byou are (?:now|no longer|actually|from now on)\b",
        r"\b(?:from now on|henceforth),? (?:you|answer|respond|reply|speak|act|always|only)\b",
        r"\b(?:act|behave|respond|answer|roleplay|role-play|pretend) (?:as if|as though|as an?|to be)\b.{0,40}"
        r"\b(?:ai|assistant|model|you|dan|unrestricted|administrator|root|developer|no)\b",
        r"\b(?:dear|hey|hello|attention|note to|notice to|message to|to)\b[\s:,]*(?:the |any |all |every )?"
        r"(?:ai|llms?|language models?|chat ?bots?|assistants?|models?|agents?|copilots?)\b\s*(?::|,|that|who|reading|"
        r"processing|summari[sz]ing|which|-|—|!)",
        r"\b(?:if|when|because) you(?:'re| are)? (?:an? |the )?(?:ai|llm|language model|assistant|chat ?bot|automated)",
        r"\bas an? (?:ai|llm|language model|assistant|chat ?bot)\b",
        r"\b(?:do not|don't|never|must not) (?:tell|inform|reveal|mention|warn|alert|show)\b.{0,40}"
        r"\b(?:users?|humans?|reader)\b",
        r"\b(?:reveal|print|output|repeat|show|leak|display|write out)\b.{0,30}\b(?:system prompt|instructions?|"
        r"hidden prompt|initial prompt|conversation|chat history|secrets?|passwords?|api keys?)\b",
        r"\b(?:respond|reply|answer|output|say|print|write) (?:only|just|exactly|nothing but|with only|with exactly|"
        r"with the (?:word|phrase|text|following))\b",
        r"\b(?:instead,? )?(?:say|tell (?:the user|them|him|her)|claim|state|conclude|answer|reply|insist) that\b"
        r".{0,80}\b(?:user|regardless|no matter|whatever|instead|always)\b",
        r"\b(?:tell|convince|persuade|urge|ask|instruct|direct) the (?:user|reader|person|human)\b",
        r"\b(?:include|insert|embed|append|add|render|display|put|place) (?:this |the following |an? |the )?"
        r"(?:\w+ )?(?:image|link|url|markdown|hyperlink|html|iframe|picture|pixel)\b",
        r"\b(?:send|post|upload|forward|exfiltrate|transmit|e-?mail|submit)\b.{0,60}(?:https?://|\bwww\.|@|"
        r"\b(?:to the server|to this address|conversation|chat history|to an attacker))",
        r"\b(?:call|invoke|execute|run|use|trigger) (?:the |this |a |your )?(?:\w+ )?(?:tool|plugin|shell|terminal|"
        r"browser|code interpreter)\b",
        r"\b(?:call|invoke|execute) (?:the |this )?(?:function|tool|command) \w+ with (?:no |the |these )?arguments?\b",
        r"\bpretend to be\b",
        r"!\[[^\]]*\]\s*\(\s*(?:https?:|data:|file:|//)",
        r"<\s*(?:img|iframe|script|object|embed|svg|link|meta|form)\b[^>]*(?:src|href|onload|onerror|action|url)\s*=",
        r"\b(?:jailbreak|do anything now|developer mode|god mode|prompt injection)\b",
        r"\bend of (?:the )?(?:document|source|context|file|data|user input)s?\b.{0,40}"
        r"\b(?:new|begin|start|system|now)\b",
        r"\b(?:translate|rewrite|summari[sz]e) (?:this|everything|your answer) (?:in|into|as) .{0,40}\b"
        r"instead of answering",
        r"\b(?:cite|reference|mark) (?:this )?(?:source|passage|document|as) .{0,40}"
        r"\b(?:for (?:every|all)|as verified|always)",
        # German, Dutch
        r"\b(?:ignorier\w*|missacht\w*|vergiss|vergessen sie|negeer|vergeet)\b.{0,60}\b(?:anweisung\w*|instruktion\w*|"
        r"befehl\w*|regeln?|vorgaben|instructies|opdrachten)",
        r"\b(?:du bist|sie sind) (?:jetzt|nun|ab sofort)\b",
        r"\b(?:antworte|antworten sie|schreibe?|sage?) (?:nur|ausschließlich|stattdessen)\b",
        # French
        r"\b(?:ignore[zr]?|oublie[zr]?|ne tiens pas compte|ne tenez pas compte)\s+(?:\w+\s+)?"
        r"(?:les|ces|mes|tes|vos|des|toutes?|tous)\b.{0,40}\b(?:instructions?|consignes?|r[èe]gles?|ordres?)",
        r"\b(?:tu es|vous êtes) (?:maintenant|désormais)\b|\br[ée]ponds? (?:uniquement|seulement)\b",
        # Spanish, Portuguese, Italian
        r"\b(?:ignora|ignore|ignorar|olvida|olvide|esque[çc]a|dimentica|desconsidere)\s+"
        r"(?:tod[ao]s?|l[ao]s|[ao]s|tutt[ei]|le|gli|tus?|sus?|suas?)\b.{0,50}\b(?:instruc\w+|instru[çc]\w+|istruzion\w+|"
        r"[óo]rden\w*|reglas|regras|regole)",
        r"\b(?:ahora eres|a partir de ahora|agora voc[êe] [ée]|ora sei|d'ora in poi)\b",
        # Russian, Polish, Turkish
        r"(?:игнорир\w+|забуд\w+|не обращай\w*)\b.{0,60}\b(?:инструкц\w+|указан\w+|правил\w+|команд\w+)",
        r"\bzignoruj\b.{0,60}\b(?:instrukcj\w+|polece\w+)|\btalimatlar\w*.{0,30}(?:yok say|görmezden gel|unut)",
        # Chinese, Japanese, Korean, Arabic, Hindi
        r"(?:忽略|无视|無視|忘记|忘記|不要理会).{0,20}(?:指令|指示|说明|說明|提示|规则|規則|命令)",
        r"(?:以前|上記|これまで|前)の?.{0,10}(?:指示|命令|ルール|プロンプト).{0,10}(?:無視|忘れ)",
        r"(?:이전|위의|모든).{0,12}(?:지시|명령|지침).{0,10}(?:무시|잊)",
        r"(?:تجاهل|انس).{0,40}(?:التعليمات|الأوامر|القواعد)|(?:निर्देश\w*).{0,40}(?:अनदेखा|नज़रअंदाज़|भूल)",
    )
)
# Letters that nobody sees and a model may read.
_TAGS = re.compile("[\U000e0020-\U000e007e]{4,}")
_SPACE = re.compile(r"\s+")


def looks_like_orders(text: str) -> bool:
    """Whether a text holds words that address a model, give it orders, forge its marks or can't be seen. Pure."""
    if _MARKS.search(text) or _ROLES.search(text) or _TAGS.search(text):
        return True
    flat = _SPACE.sub(" ", unicodedata.normalize("NFKC", visible(text)))
    return _MARKS.search(flat) is not None or any(order.search(flat) for order in _ORDERS)


def without_marks(text: str) -> str:
    """A text without anything that chat templates use as marks, however they are nested."""
    before = None
    while before != text:
        before, text = text, _MARKS.sub("", text)
    return text


def visible(text: str) -> str:
    """A text without letters that have no width, turn its direction or carry hidden tags. Line breaks stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(letter for letter in text if letter in "\n\t" or not _is_unseen(letter))


def _is_unseen(letter: str) -> bool:
    # Cc control, Cf format (zero width, direction, tags), Co private, Cs half a character; variation selectors.
    if unicodedata.category(letter) in ("Cc", "Cf", "Co", "Cs"):
        return True
    return (
        "\ufe00" <= letter <= "\ufe0f" or "\U000e0100" <= letter <= "\U000e01ef" or letter in "\u115f\u1160\u3164\uffa0"
    )
