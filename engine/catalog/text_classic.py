"""The small networks of ours in the text gallery: cards, parameters and sizes, all written by hand. The parameters are the
arguments of the classes in engine/families/text/classic."""

from dataclasses import dataclass

from engine.catalog.schema import Param, Preset
from engine.catalog.text_gallery import Values
from engine.spec import TextTask


@dataclass(frozen=True)
class ClassicCard:
    """A network of ours; the first `common` of its parameters stand unfolded in a form."""

    name: str
    title: str
    description: str
    paper: str
    paper_url: str
    task: TextTask
    params: tuple[Param, ...]
    small: Values
    large: Values
    notes: tuple[str, ...] = ()

    def presets(self) -> dict[Preset, Values]:
        """Return the three presets; the default one changes nothing."""
        return {"small": self.small, "default": {}, "large": self.large}


def _whole(name: str, default: int, most: int, help: str) -> Param:
    return Param(name=name, kind="int", default=default, minimum=1, maximum=most, help=help, common=True)


def _share(name: str, default: float, help: str) -> Param:
    return Param(name=name, kind="float", default=default, minimum=0, maximum=0.95, help=help, common=True)


def _switch(name: str, default: bool, help: str) -> Param:
    return Param(name=name, kind="bool", default=default, help=help, common=True)


def _embedding(default: int) -> Param:
    return _whole("embedding_dim", default, 4_096, "Width of each word’s vector.")


def _word_dropout(default: float) -> Param:
    return _share("word_dropout", default, "Share of whole words that are left out of a text in training.")


_DROPOUT = "Share of numbers set to zero in training, against learning by heart."
_HIDDEN = "Width of the recurrent layers."
_LAYERS = "How many recurrent layers are stacked."
_NO_ORDER = "It does not see the order of words."
_BY_TASK = "It has one task; a transformer can be trained for others afterwards."


def _reader(cell: str, title: str, words: str, paper: str, url: str) -> ClassicCard:
    return ClassicCard(
        name=f"text_{cell}",
        title=title,
        description=words,
        paper=paper,
        paper_url=url,
        task="text-classifier",
        params=(
            _embedding(100),
            _whole("hidden_size", 128, 4_096, _HIDDEN),
            _whole("layers", 1, 8, _LAYERS),
            _switch("bidirectional", True, "Read from both ends."),
            _share("dropout", 0.5, _DROPOUT),
            _word_dropout(0.0),
        ),
        small={"embedding_dim": 50, "hidden_size": 64},
        large={"embedding_dim": 300, "hidden_size": 256, "layers": 2},
        notes=("It reads word by word, so that long texts take long.",),
    )


def _writer(cell: str, title: str, words: str, paper: str, url: str) -> ClassicCard:
    return ClassicCard(
        name=f"{cell}_lm",
        title=title,
        description=words,
        paper=paper,
        paper_url=url,
        task="rnn-lm",
        params=(
            _embedding(200),
            _whole("hidden_size", 200, 4_096, f"{_HIDDEN[:-1]}; with tied weights that of the vectors."),
            _whole("layers", 2, 8, _LAYERS),
            _share("dropout", 0.5, _DROPOUT),
            _switch(
                "tied", True, "The output layer shares its weights with the word vectors, whose width it then needs."
            ),
            _whole("bptt", 35, 4_096, "Tokens through which a gradient goes back; the state goes on beyond them."),
        ),
        small={"embedding_dim": 64, "hidden_size": 64, "layers": 1},
        large={"embedding_dim": 650, "hidden_size": 650},
        notes=(_BY_TASK,),
    )


_LSTM = ("Hochreiter & Schmidhuber, Long Short-Term Memory, 1997", "https://doi.org/10.1162/neco.1997.9.8.1735")
_GRU = (
    "Cho et al., Learning Phrase Representations using RNN Encoder–Decoder, 2014",
    "https://arxiv.org/abs/1406.1078",
)

CARDS: tuple[ClassicCard, ...] = (
    ClassicCard(
        name="word_average",
        title="Word average",
        description="The mean of a text’s word vectors.\nSeconds to train; hard to beat by much.",
        paper="Iyyer et al., Deep Unordered Composition Rivals Syntactic Methods for Text Classification, ACL 2015",
        paper_url="https://aclanthology.org/P15-1162/",
        task="text-classifier",
        params=(_embedding(100), _share("dropout", 0.5, _DROPOUT), _word_dropout(0.1)),
        small={"embedding_dim": 32},
        large={"embedding_dim": 300},
        notes=(_NO_ORDER,),
    ),
    ClassicCard(
        name="text_cnn",
        title="Text CNN",
        description="Filters over neighbouring words.\nQuick, and sees short phrases.",
        paper="Kim, Convolutional Neural Networks for Sentence Classification, EMNLP 2014",
        paper_url="https://arxiv.org/abs/1408.5882",
        task="text-classifier",
        params=(
            _embedding(100),
            _whole("filters", 100, 4_096, "How many filters of each width."),
            Param(
                name="widths",
                kind="json",
                default=[3, 4, 5],
                help="How many neighbouring words a filter sees, such as [3, 4, 5].",
                common=True,
            ),
            _share("dropout", 0.5, _DROPOUT),
            _word_dropout(0.0),
        ),
        small={"embedding_dim": 50, "filters": 50},
        large={"embedding_dim": 300, "filters": 200},
        notes=("It does not see what stands further apart than its widest filter.",),
    ),
    _reader("lstm", "Text LSTM", "Reads word by word, with a memory.\nThe classic before transformers.", *_LSTM),
    _reader("gru", "Text GRU", "An LSTM with fewer gates.\nA little quicker, about as good.", *_GRU),
    _writer(
        "lstm",
        "LSTM language model",
        "Guesses each next word from all before.\nLearns fast from little text.",
        "Zaremba et al., Recurrent Neural Network Regularization, 2014",
        "https://arxiv.org/abs/1409.2329",
    ),
    _writer("gru", "GRU language model", "As the LSTM, with fewer gates.\nA little quicker.", *_GRU),
    ClassicCard(
        name="word2vec",
        title="word2vec",
        description="Vectors of words from their company.\nLike words come to lie together.",
        paper="Mikolov et al., Distributed Representations of Words and Phrases and their Compositionality, 2013",
        paper_url="https://arxiv.org/abs/1310.4546",
        task="word2vec",
        params=(
            _whole("dimension", 100, 4_096, "Width of each word’s vector."),
            _whole("window", 5, 100, "How many words to each side count as company; drawn anew up to this."),
            _whole("negatives", 5, 100, "Words drawn by chance for each pair, from which it is to be told apart."),
            Param(
                name="subsample",
                kind="float",
                default=1e-4,
                minimum=0,
                maximum=1,
                help="Words more frequent than this share of the text are thinned; 0 keeps all.",
                common=True,
            ),
            _whole("least_count", 5, 1_000_000, "Words seen more rarely get no vector."),
        ),
        small={"dimension": 50},
        large={"dimension": 300},
        notes=("A word has one vector, whatever it means in a sentence.", "It judges and writes no text."),
    ),
    ClassicCard(
        name="seq2seq_attention",
        title="GRU with attention",
        description="A GRU reads, another writes and looks back.\nWhere attention began.",
        paper="Bahdanau et al., Neural Machine Translation by Jointly Learning to Align and Translate, ICLR 2015",
        paper_url="https://arxiv.org/abs/1409.0473",
        task="seq2seq",
        params=(
            _embedding(128),
            _whole("hidden_size", 256, 4_096, _HIDDEN),
            _whole("layers", 1, 8, _LAYERS),
            _share("dropout", 0.2, _DROPOUT),
        ),
        small={"embedding_dim": 64, "hidden_size": 64},
        large={"embedding_dim": 256, "hidden_size": 512, "layers": 2},
        notes=("It learns from pairs only; it does not mend spoilt text.",),
    ),
)
