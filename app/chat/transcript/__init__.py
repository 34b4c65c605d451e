"""The column of messages: where each stands, what is selected in them, what is found in them."""
