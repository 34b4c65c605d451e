"""From a question over documents to what a model is given, and from its answer to what each sentence is worth."""
