"""How Hearth looks: tokens, palette, one style sheet, fonts, icons."""
