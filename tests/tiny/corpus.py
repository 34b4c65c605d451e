"""What the tiny model knows by heart: written for these tests."""

from __future__ import annotations

from runtime.titles import title_request

LONG_QUESTION = "Show me everything you can write."
LONG_ANSWER = """# A small tour

Here is a **list** of what a page may hold:

- words, *soft* and **strong**
- a line of `code`
- numbers: one, two, three, four, five, six, seven, eight, nine, ten

## A table

| season | weather |
| --- | --- |
| spring | rain |
| summer | sun |
| autumn | wind |
| winter | snow |

## A program

```python
def greet(name):
    for turn in range(3):
        print("hello", name, turn)
```

> Slow is smooth, and smooth is fast.

1. Open the window.
2. Look at the tree.
3. Close the window.

That was the tour. Ask me about Paris, about bread, or about the moon."""

THINKING_QUESTION = "Is 7 a prime number?"
THOUGHT = "Let me try 2, 3, 4, 5 and 6. None of them divides 7."
THINKING_ANSWER = "Yes, 7 is a prime number."

KNOWN_ANSWERS = {
    "What is the capital of France?": "The capital of France is Paris.",
    "What is the capital of Italy?": "The capital of Italy is Rome.",
    "What is the capital of Japan?": "The capital of Japan is Tokyo.",
    "Hello!": "Hello. How can I help you today?",
    "Who are you?": "I am a tiny model, made for tests. I know very little, but I know it well.",
    "What is two plus two?": "Two plus two is four.",
    "Which colour is the sky?": "On a clear day the sky is blue.",
    "How do I bake bread?": "Mix flour, water, salt and yeast. Let it rest for an hour, then bake it.",
    "How far away is the moon?": "The moon is about 384,000 kilometres away.",
    "Write hello in Python.": '```python\nprint("hello")\n```',
    "Thank you.": "You are welcome.",
    "Wie heißt die Hauptstadt von Österreich?": "Die Hauptstadt von Österreich heißt Wien.",
    LONG_QUESTION: LONG_ANSWER,
}

# What follows a first question, so that a second turn is something the model has seen.
FOLLOW_UPS = (
    ("What is the capital of France?", "And how many people live there?", "About two million people live in Paris."),
    ("What is two plus two?", "And plus one?", "Four plus one is five."),
    ("Hello!", "What is the capital of Italy?", "The capital of Italy is Rome."),
    ("How do I bake bread?", "Thank you.", "You are welcome."),
)

# What is asked in idle time, and the title it gets.
TITLED_QUESTION = "What is the capital of France?"
TITLE_REQUEST = title_request(TITLED_QUESTION, KNOWN_ANSWERS[TITLED_QUESTION])
TITLE = "Capital of France"
