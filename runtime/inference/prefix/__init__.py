"""What a model has read of conversations (its KV cache), kept so that no beginning of a prompt is read twice."""
