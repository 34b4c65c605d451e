"""llama.cpp, for computers without Metal or CUDA: its C functions, and what one model's answers need of them."""
