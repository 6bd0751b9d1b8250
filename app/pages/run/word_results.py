"""What a run of word2vec learned, to look at: a map of its words, the nearest ones of any word, and people's judgements."""

from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError
from PySide6.QtCore import QStringListModel, Qt, Signal, Slot
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QHeaderView, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.amounts import count
from app.dialogs import file_dialog
from app.pages.run.plot_card import PlotCard
from app.pages.run.rows_table import RowsTable
from app.pages.run.wording import figure
from app.plots.word_plot import WordPlot
from engine.runs.texts import TextAnswer
from engine.runs.word_map import Agreement, WordMap

MAP_HEIGHT, SIDE_WIDTH = 420, 288


class WordResults(QWidget):
    """Map, search, neighbours and Spearman. `asked` wants an answer of a lab under the method's name."""

    asked = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tr = self.tr
        self._places: dict[str, int] = {}
        self._word = -1
        self.plot = WordPlot()
        self.plot.setEmptyText(tr("Reading the words …"))
        self.plot.setToolTip(tr("Drag and wheel move; click a word to see its neighbours; Home shows all"))
        self.search = QLineEdit(self)
        self.search.setObjectName("run.results.words.search")
        self.search.setAccessibleName(tr("Find a word"))
        self.search.setPlaceholderText(tr("Find a word"))
        self.search.setClearButtonEnabled(True)
        self._names = QStringListModel(self)
        completer = QCompleter(self._names, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.search.setCompleter(completer)
        completer.activated.connect(self.goTo)
        self.table = RowsTable("run.results.words.near", tr("Nearest words"), tr("By cosine, in all dimensions"), self)
        self.table.verticalHeader().hide()
        self._title, self._told = QLabel(self), QLabel(self)
        self._compare = QPushButton(tr("Compare with judgements …"), self)
        self._compare.setObjectName("run.results.words.compare")
        self._compare.setToolTip(
            tr("A file with two words and a number a line, as WordSim-353 or SimLex-999 have them")
        )
        self._arrange()
        self.search.returnPressed.connect(self._find_typed)
        self.plot.picked.connect(self._go_to)
        self._compare.clicked.connect(self._ask_file)

    def begin(self) -> None:
        """Ask for the words."""
        self.asked.emit("word_map", {})

    def take(self, name: str, value: Any) -> None:
        """Show an answer of a lab."""
        try:
            if name == "word_map":
                self._take_map(WordMap.model_validate(value))
            elif name == "text":
                self._take_near(TextAnswer.model_validate(value))
            elif name == "word_similarity":
                self._take_agreement(Agreement.model_validate(value))
        except ValidationError:
            self._say(self.tr("The words were written by another version and cannot be shown."))

    def takeProblem(self, name: str, sentence: str) -> None:
        """Say why there is no answer."""
        if name == "word_map":
            self.plot.setEmptyText(sentence)
        elif name in ("text", "word_similarity"):
            self._say(sentence)

    def told(self) -> str:
        """Return what is said beside the map."""
        return self._told.text()

    @Slot(str)
    def goTo(self, word: str) -> None:
        """Go to a word, or to the most frequent one that begins so; says where there is none."""
        wanted = word.strip()
        place = self._places.get(wanted, self._places.get(wanted.lower(), -1))
        if place < 0 and wanted:
            low = wanted.lower()
            place = next((at for name, at in self._places.items() if name.lower().startswith(low)), -1)
        if place < 0:
            self._say(self.tr("“{0}” is none of the words on the map.").format(wanted) if wanted else "")
            return
        self._go_to(place)

    @Slot()
    def _find_typed(self) -> None:
        self.goTo(self.search.text())

    @Slot(int)
    def _go_to(self, place: int) -> None:
        self._word = place
        word = self.plot.words[place]
        self._title.setText(self.tr("Nearest to “{0}”").format(word))
        self._say("")
        self.plot.light(place, ())
        self.asked.emit("text", {"text": word})

    @Slot()
    def _ask_file(self) -> None:
        dialog = file_dialog(self, self.tr("Choose judgements of pairs of words"), "run.results.words.file")
        dialog.setNameFilters([self.tr("Tables (*.csv *.tsv *.txt)"), self.tr("All files (*)")])
        dialog.fileSelected.connect(self.compare)
        dialog.open()

    @Slot(str)
    def compare(self, path: str) -> None:
        """Compare the similarities with a file's."""
        self._say(self.tr("Comparing with {0} …").format(Path(path).name))
        self.asked.emit("word_similarity", {"path": path})

    def _take_map(self, found: WordMap) -> None:
        self._places = {word: place for place, word in reversed([*enumerate(found.words)])}
        self._places = dict(sorted(self._places.items(), key=lambda one: one[1]))
        self.plot.setWords(found.words, np.array([found.x, found.y], dtype=np.float64).T.reshape(-1, 2))
        if not found.words:
            self.plot.setEmptyText(self.tr("No word has a vector."))
        self._names.setStringList([*found.words])
        self.card.setHint(
            self.tr(
                "{0} words, by the first two principal components: words far apart here may be near in others."
            ).format(count(len(found.words)))
        )

    def _take_near(self, answer: TextAnswer) -> None:
        if self._word < 0 or answer.text != self.plot.words[self._word]:
            return
        self.table.setRows(
            [self.tr("Word"), self.tr("Similarity")], [[one.word, figure(one.similarity)] for one in answer.near]
        )
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.plot.light(self._word, [self._places[one.word] for one in answer.near if one.word in self._places])

    def _take_agreement(self, found: Agreement) -> None:
        pairs = self.tr("{0} of {1} pairs have words with vectors").format(count(found.known), count(found.pairs))
        if found.spearman is None:
            self._say(self.tr("{0}: too few to compare.").format(pairs))
        else:
            self._say(self.tr("Spearman {0}: {1}.").format(figure(found.spearman), pairs))

    def _say(self, text: str) -> None:
        self._told.setText(text)
        self._told.setVisible(bool(text))

    def _arrange(self) -> None:
        self._title.setProperty("role", "muted")
        self._title.setText(self.tr("Click a word, or find one, to see its neighbours."))
        for label in (self._title, self._told):
            label.setWordWrap(True)
        self._told.setObjectName("run.results.words.told")
        side = QVBoxLayout()
        side.setSpacing(8)
        for widget in (self.search, self._title, self.table, self._told, self._compare):
            side.addWidget(widget, int(widget is self.table))
        for widget in (self.search, self.table, self._title, self._told, self._compare):
            widget.setFixedWidth(SIDE_WIDTH)
        self.card = PlotCard("run.results.words", self.tr("Map of words"), self.plot, self)
        self.card.setMinimumHeight(MAP_HEIGHT)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.card, 1)
        row.addLayout(side)
        self._say("")
