"""What the Train page asks about texts: how long they are, the tokenizer and the first batch, a little after each change
and only while somebody looks; and the tokens of what is typed. A newer question takes the place of an older one."""

import json

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.engine_thread import EngineThread, Requests
from engine.catalog.text_view import TextView, TypedTokens
from engine.spec import RunSpec, to_json

ASK_AFTER_MS = 200
TYPED_AFTER_MS = 120


class TextQuestion(QObject):
    """Asks the model lab; `seen` carries a TextView, `typed` TypedTokens, both failures a sentence."""

    asked = Signal()
    seen = Signal(object)
    failed = Signal(str)
    typed = Signal(object)
    typedFailed = Signal(str)

    def __init__(self, engine: EngineThread, parent: QObject) -> None:
        super().__init__(parent)
        self._spec: RunSpec | None = None
        self._known: object = None
        self._is_watched = False
        self._text = ""
        self._requests = Requests(engine, self)
        self._requests.answered.connect(self._on_answered)
        self._requests.failed.connect(self._on_failed)
        self._timer = self._after(ASK_AFTER_MS)
        self._timer.timeout.connect(self._ask)
        self._typed_timer = self._after(TYPED_AFTER_MS)
        self._typed_timer.timeout.connect(self._ask_typed)

    def setSpec(self, spec: RunSpec) -> None:
        """Look at a specification's texts; nothing of another family's."""
        if spec.family != "text":
            self._give_up()
            self._spec = None
            return
        self._spec = spec
        self._renew()

    @Slot(bool)
    def setWatched(self, is_watched: bool) -> None:
        """Say whether somebody looks; what is not looked at is not asked."""
        self._is_watched = is_watched
        if is_watched:
            self._renew()
        else:
            self._give_up()

    @Slot(str)
    def setText(self, text: str) -> None:
        """Ask for the tokens of a typed text, soon."""
        self._text = text
        self._requests.cancel("typed")
        self._typed_timer.start()

    def _renew(self) -> None:
        if self._spec is None or not self._is_watched or _matter(self._spec) == self._known:
            return
        self._requests.cancel("texts")
        self._requests.cancel("typed")
        self._known = _matter(self._spec)
        self.asked.emit()
        self._timer.start()

    def _give_up(self) -> None:
        if self._timer.isActive() or self._requests.isWaiting("texts"):
            self._known = None
        for timer, name in ((self._timer, "texts"), (self._typed_timer, "typed")):
            timer.stop()
            self._requests.cancel(name)

    @Slot()
    def _ask(self) -> None:
        if self._spec is not None:
            self._requests.ask("texts", "model", "texts", spec=json.loads(to_json(self._spec)))

    @Slot()
    def _ask_typed(self) -> None:
        if self._spec is not None and self._is_watched:
            spec = json.loads(to_json(self._spec))
            self._requests.ask("typed", "model", "tokens", spec=spec, text=self._text)

    @Slot(str, object)
    def _on_answered(self, name: str, answer: object) -> None:
        if name == "typed":
            self.typed.emit(TypedTokens.model_validate(answer))
            return
        self.seen.emit(TextView.model_validate(answer))
        if self._text:
            self._typed_timer.start()  # another tokenizer may cut it otherwise

    @Slot(str, str)
    def _on_failed(self, name: str, sentence: str) -> None:
        if name == "typed":
            self.typedFailed.emit(sentence)
        else:
            self._known = None
            self.failed.emit(sentence)

    def _after(self, delay: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(delay)
        return timer


def _matter(spec: RunSpec) -> object:
    """Return what an answer depends on."""
    trainer = spec.trainer
    shape = (trainer.seed, trainer.batch_size, trainer.drop_last)
    return spec.data, spec.split, spec.text, spec.model, shape
