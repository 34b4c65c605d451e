"""The structures that llama.cpp's C functions take and give by value, as they are laid out in the build we know.

Source: include/llama.h of the same build; each place was compared with the machine code that writes the defaults.
"""

from __future__ import annotations

import ctypes

LOG_CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
ABORT_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p)


class ModelParameters(ctypes.Structure):
    """``llama_model_params``."""

    _fields_ = (
        ("devices", ctypes.c_void_p),
        ("tensor_buft_overrides", ctypes.c_void_p),
        ("n_gpu_layers", ctypes.c_int32),
        ("split_mode", ctypes.c_int32),
        ("load_mode", ctypes.c_int32),
        ("lazy_mode", ctypes.c_int32),
        ("main_gpu", ctypes.c_int32),
        ("tensor_split", ctypes.c_void_p),
        ("progress_callback", ctypes.c_void_p),
        ("progress_callback_user_data", ctypes.c_void_p),
        ("kv_overrides", ctypes.c_void_p),
        ("vocab_only", ctypes.c_bool),
        ("check_tensors", ctypes.c_bool),
        ("use_extra_bufts", ctypes.c_bool),
        ("no_host", ctypes.c_bool),
        ("no_alloc", ctypes.c_bool),
        ("load_mtp", ctypes.c_bool),
    )


class ContextParameters(ctypes.Structure):
    """``llama_context_params``. What has no name here is never touched."""

    _fields_ = (
        ("n_ctx", ctypes.c_uint32),
        ("n_batch", ctypes.c_uint32),
        ("n_ubatch", ctypes.c_uint32),
        ("n_seq_max", ctypes.c_uint32),
        ("n_rs_seq", ctypes.c_uint32),
        ("n_outputs_max", ctypes.c_uint32),
        ("n_outputs_max_per_seq", ctypes.c_uint32),
        ("n_threads", ctypes.c_int32),
        ("n_threads_batch", ctypes.c_int32),
        ("ctx_type", ctypes.c_int32),
        ("rope_scaling_type", ctypes.c_int32),
        ("pooling_type", ctypes.c_int32),
        ("attention_type", ctypes.c_int32),
        ("flash_attn_type", ctypes.c_int32),
        ("_rope", ctypes.c_float * 6),
        ("_yarn_orig_ctx", ctypes.c_uint32),
        ("_defrag_thold", ctypes.c_float),
        ("_cb_eval", ctypes.c_void_p * 2),
        ("type_k", ctypes.c_int32),
        ("type_v", ctypes.c_int32),
        ("_pointers", ctypes.c_void_p * 3),
        ("embeddings", ctypes.c_bool),
        ("offload_kqv", ctypes.c_bool),
        ("no_perf", ctypes.c_bool),
        ("op_offload", ctypes.c_bool),
        ("swa_full", ctypes.c_bool),
        ("kv_unified", ctypes.c_bool),
        ("_samplers", ctypes.c_void_p * 3),
    )


class Batch(ctypes.Structure):
    """``llama_batch``."""

    _fields_ = (
        ("n_tokens", ctypes.c_int32),
        ("token", ctypes.POINTER(ctypes.c_int32)),
        ("embd", ctypes.c_void_p),
        ("pos", ctypes.c_void_p),
        ("n_seq_id", ctypes.c_void_p),
        ("seq_id", ctypes.c_void_p),
        ("logits", ctypes.c_void_p),
    )


class SamplerChainParameters(ctypes.Structure):
    """``llama_sampler_chain_params``."""

    _fields_ = (("no_perf", ctypes.c_bool),)


# What each function takes, after what it gives. Handles are plain addresses.
_H, _I, _F, _Z = ctypes.c_void_p, ctypes.c_int32, ctypes.c_float, ctypes.c_size_t
_TOKENS = ctypes.POINTER(ctypes.c_int32)
_TEXT, _BOOL = ctypes.c_char_p, ctypes.c_bool
FUNCTIONS: dict[str, tuple[object, tuple[object, ...]]] = {
    "llama_backend_init": (None, ()),
    "llama_log_set": (None, (LOG_CALLBACK, _H)),
    "llama_print_system_info": (_TEXT, ()),
    "llama_model_default_params": (ModelParameters, ()),
    "llama_context_default_params": (ContextParameters, ()),
    "llama_sampler_chain_default_params": (SamplerChainParameters, ()),
    "llama_model_load_from_file": (_H, (_TEXT, ModelParameters)),
    "llama_model_free": (None, (_H,)),
    "llama_model_get_vocab": (_H, (_H,)),
    "llama_model_size": (ctypes.c_uint64, (_H,)),
    "llama_model_n_ctx_train": (_I, (_H,)),
    "llama_model_n_swa": (_I, (_H,)),
    "llama_model_is_recurrent": (_BOOL, (_H,)),
    "llama_model_is_hybrid": (_BOOL, (_H,)),
    "llama_model_has_encoder": (_BOOL, (_H,)),
    "llama_model_has_decoder": (_BOOL, (_H,)),
    "llama_model_chat_template": (_TEXT, (_H, _TEXT)),
    "llama_init_from_model": (_H, (_H, ContextParameters)),
    "llama_free": (None, (_H,)),
    "llama_set_n_threads": (None, (_H, _I, _I)),
    "llama_set_abort_callback": (None, (_H, ABORT_CALLBACK, _H)),
    "llama_get_memory": (_H, (_H,)),
    "llama_memory_clear": (None, (_H, _BOOL)),
    "llama_memory_seq_rm": (_BOOL, (_H, _I, _I, _I)),
    "llama_memory_seq_pos_min": (_I, (_H, _I)),
    "llama_memory_seq_pos_max": (_I, (_H, _I)),
    "llama_state_seq_get_size": (_Z, (_H, _I)),
    "llama_state_seq_get_data": (_Z, (_H, _H, _Z, _I)),
    "llama_state_seq_set_data": (_Z, (_H, _H, _Z, _I)),
    "llama_batch_get_one": (Batch, (_TOKENS, _I)),
    "llama_decode": (_I, (_H, Batch)),
    "llama_get_logits_ith": (ctypes.POINTER(_F), (_H, _I)),
    "llama_vocab_n_tokens": (_I, (_H,)),
    "llama_vocab_type": (_I, (_H,)),
    "llama_vocab_get_attr": (_I, (_H, _I)),
    "llama_vocab_get_text": (_TEXT, (_H, _I)),
    "llama_vocab_get_add_bos": (_BOOL, (_H,)),
    "llama_vocab_is_eog": (_BOOL, (_H, _I)),
    "llama_vocab_bos": (_I, (_H,)),
    "llama_vocab_eos": (_I, (_H,)),
    "llama_tokenize": (_I, (_H, _TEXT, _I, _TOKENS, _I, _BOOL, _BOOL)),
    "llama_token_to_piece": (_I, (_H, _I, _H, _I, _I, _BOOL)),
    "llama_sampler_chain_init": (_H, (SamplerChainParameters,)),
    "llama_sampler_chain_add": (None, (_H, _H)),
    "llama_sampler_init_greedy": (_H, ()),
    "llama_sampler_init_dist": (_H, (ctypes.c_uint32,)),
    "llama_sampler_init_top_k": (_H, (_I,)),
    "llama_sampler_init_top_p": (_H, (_F, _Z)),
    "llama_sampler_init_min_p": (_H, (_F, _Z)),
    "llama_sampler_init_temp": (_H, (_F,)),
    "llama_sampler_init_penalties": (_H, (_I, _I, _F, _F, _F)),
    "llama_sampler_sample": (_I, (_H, _H, _I)),
    "llama_sampler_accept": (None, (_H, _I)),
    "llama_sampler_free": (None, (_H,)),
}
