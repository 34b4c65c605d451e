"""How the guide is made: what it knows, how people ask for it, the training, the evaluation. See README.md."""
