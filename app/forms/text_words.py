"""What the fields, choices and groups of text runs are called for people. Words only, by dotted key."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

LABELS = {
    "text.task": QT_TRANSLATE_NOOP("Fields", "What is learned"),
    "text.columns.text": QT_TRANSLATE_NOOP("Fields", "Text"),
    "text.columns.second": QT_TRANSLATE_NOOP("Fields", "Second text"),
    "text.columns.labels": QT_TRANSLATE_NOOP("Fields", "Label"),
    "text.labels": QT_TRANSLATE_NOOP("Fields", "A label is"),
    "text.checkpoint": QT_TRANSLATE_NOOP("Fields", "Trained model"),
    "text.max_length": QT_TRANSLATE_NOOP("Fields", "Longest sample"),
    "text.length_buckets": QT_TRANSLATE_NOOP("Fields", "Batches of like length"),
    "text.label_smoothing": QT_TRANSLATE_NOOP("Fields", "Label smoothing"),
    "text.activation_checkpointing": QT_TRANSLATE_NOOP("Fields", "Save memory"),
    "text.tokenizer": QT_TRANSLATE_NOOP("Fields", "Tokenizer"),
    "text.tokenizer.folder": QT_TRANSLATE_NOOP("Fields", "Tokenizer’s folder"),
    "text.tokenizer.kind": QT_TRANSLATE_NOOP("Fields", "Text is cut into"),
    "text.tokenizer.vocabulary": QT_TRANSLATE_NOOP("Fields", "Vocabulary"),
    "text.tokenizer.min_frequency": QT_TRANSLATE_NOOP("Fields", "Seen at least"),
    "text.tokenizer.lowercase": QT_TRANSLATE_NOOP("Fields", "Lower case"),
    "text.tokenizer.special_tokens": QT_TRANSLATE_NOOP("Fields", "More special tokens"),
    "text.masking.probability": QT_TRANSLATE_NOOP("Fields", "Share that is hidden"),
    "text.masking.whole_words": QT_TRANSLATE_NOOP("Fields", "Hide whole words"),
    "text.freezing.head_only": QT_TRANSLATE_NOOP("Fields", "Train the head only"),
    "text.freezing.embeddings": QT_TRANSLATE_NOOP("Fields", "Keep the embeddings"),
    "text.freezing.layers": QT_TRANSLATE_NOOP("Fields", "Lowest layers kept"),
    "text.lora.enabled": QT_TRANSLATE_NOOP("Fields", "Low-rank adapters"),
    "text.lora.rank": QT_TRANSLATE_NOOP("Fields", "Rank"),
    "text.lora.alpha": QT_TRANSLATE_NOOP("Fields", "Alpha"),
    "text.lora.dropout": QT_TRANSLATE_NOOP("Fields", "Adapters’ dropout"),
}

# Parameters of text models that are something else than a table model's of the same name, or have no plain name.
PARAMS = {
    "hidden_size": QT_TRANSLATE_NOOP("Fields", "Width"),
    "dim": QT_TRANSLATE_NOOP("Fields", "Width"),
    "n_embd": QT_TRANSLATE_NOOP("Fields", "Width"),
    "d_model": QT_TRANSLATE_NOOP("Fields", "Width"),
    "num_hidden_layers": QT_TRANSLATE_NOOP("Fields", "Layers"),
    "num_layers": QT_TRANSLATE_NOOP("Fields", "Layers"),
    "n_layers": QT_TRANSLATE_NOOP("Fields", "Layers"),
    "n_layer": QT_TRANSLATE_NOOP("Fields", "Layers"),
    "layers": QT_TRANSLATE_NOOP("Fields", "Layers"),
    "num_attention_heads": QT_TRANSLATE_NOOP("Fields", "Attention heads"),
    "num_key_value_heads": QT_TRANSLATE_NOOP("Fields", "Key and value heads"),
    "n_heads": QT_TRANSLATE_NOOP("Fields", "Attention heads"),
    "n_head": QT_TRANSLATE_NOOP("Fields", "Attention heads"),
    "intermediate_size": QT_TRANSLATE_NOOP("Fields", "Feed-forward width"),
    "hidden_dim": QT_TRANSLATE_NOOP("Fields", "Feed-forward width"),
    "n_inner": QT_TRANSLATE_NOOP("Fields", "Feed-forward width"),
    "max_position_embeddings": QT_TRANSLATE_NOOP("Fields", "Positions"),
    "n_positions": QT_TRANSLATE_NOOP("Fields", "Positions"),
    "hidden_dropout_prob": QT_TRANSLATE_NOOP("Fields", "Dropout"),
    "attention_probs_dropout_prob": QT_TRANSLATE_NOOP("Fields", "Attention dropout"),
    "resid_pdrop": QT_TRANSLATE_NOOP("Fields", "Dropout"),
    "embd_pdrop": QT_TRANSLATE_NOOP("Fields", "Embedding dropout"),
    "attn_pdrop": QT_TRANSLATE_NOOP("Fields", "Attention dropout"),
    "bptt": QT_TRANSLATE_NOOP("Fields", "Steps back in time"),
    "tied": QT_TRANSLATE_NOOP("Fields", "Share embeddings"),
}

_TASKS = {
    "text-classifier": QT_TRANSLATE_NOOP("Choices", "Classify texts"),
    "sequence-classification": QT_TRANSLATE_NOOP("Choices", "Classify texts"),
    "rnn-lm": QT_TRANSLATE_NOOP("Choices", "Continue text"),
    "causal-lm": QT_TRANSLATE_NOOP("Choices", "Continue text"),
    "masked-lm": QT_TRANSLATE_NOOP("Choices", "Guess hidden words"),
    "token-classification": QT_TRANSLATE_NOOP("Choices", "Tag words"),
    "question-answering": QT_TRANSLATE_NOOP("Choices", "Answer questions"),
    "multiple-choice": QT_TRANSLATE_NOOP("Choices", "Choose an answer"),
    "seq2seq": QT_TRANSLATE_NOOP("Choices", "Write from text"),
    "word2vec": QT_TRANSLATE_NOOP("Choices", "Learn word vectors"),
}
# By the field's key, then by value.
CHOICES: dict[str, dict[str, object]] = {
    "text.task": dict(_TASKS),
    "text.labels": {
        "one": QT_TRANSLATE_NOOP("Choices", "one class a text"),
        "many": QT_TRANSLATE_NOOP("Choices", "any number of classes"),
        "number": QT_TRANSLATE_NOOP("Choices", "a number"),
    },
    "text.tokenizer.kind": {
        "wordpiece": QT_TRANSLATE_NOOP("Choices", "word pieces (as BERT)"),
        "bpe": QT_TRANSLATE_NOOP("Choices", "merged letters (BPE)"),
        "byte-bpe": QT_TRANSLATE_NOOP("Choices", "merged bytes (as GPT-2)"),
        "unigram": QT_TRANSLATE_NOOP("Choices", "likely pieces (Unigram)"),
        "words": QT_TRANSLATE_NOOP("Choices", "whole words"),
        "characters": QT_TRANSLATE_NOOP("Choices", "single letters"),
    },
}
