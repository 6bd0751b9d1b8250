"""The editors of how a text file is read: what was guessed is shown and can be changed. It reads no file."""

import csv

from PySide6.QtCore import QT_TRANSLATE_NOOP, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLabel, QLineEdit, QWidget

from app.pages.data.answers import ReadOptionsAnswer, SheetAnswer
from app.pages.data.wording import translate

ENCODINGS = ("utf-8", "utf-16", "latin-1", "cp1252", "gb18030", "gbk", "big5", "shift_jis", "euc-kr", "cp1251")
PLAIN = ("lines", "paragraphs", "document")
"""How a file of text, or a folder of them, is cut into rows."""
BY_HAND = ("csv", *PLAIN, "conll", "squad")
"""What a file may be read as, whatever was guessed."""
_SHOWN = {
    "csv": ("format", "delimiter", "quote", "decimal", "encoding", "header", "missing"),
    "excel": ("sheet", "header", "missing"),
    **dict.fromkeys(BY_HAND[1:], ("format", "encoding")),
}


class Choice(QComboBox):
    """A combo box of named values that also takes a value of the user's own."""

    edited = Signal()

    def __init__(self, name: str, choices: list[tuple[str, str]], own: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"data.import.{name}")
        for text, value in choices:
            self.addItem(text, value)
        self.setEditable(own)
        self.setMinimumContentsLength(8)
        self.activated.connect(self.edited)
        line = self.lineEdit()
        if own and line is not None:
            line.editingFinished.connect(self.edited)

    def value(self) -> str:
        """The chosen value; a typed one stands for itself."""
        index = self.findText(self.currentText())
        return str(self.itemData(index)) if index >= 0 else self.currentText()

    def setValue(self, value: str) -> None:
        """Show a value; one that is not offered is added."""
        index = self.findData(value)
        if index < 0:
            self.addItem(value, value)
            index = self.count() - 1
        self.setCurrentIndex(index)


class SheetChoice(Choice):
    """A choice among a workbook's sheets; without a name the first that is not hidden is meant."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("sheet", [], own=False, parent=parent)
        self._first = ""
        self.setSheets([])

    def setSheets(self, sheets: list[SheetAnswer]) -> None:
        """Offer these sheets, keeping the chosen one."""
        chosen = self.value()
        shown = [sheet["name"] for sheet in sheets if not sheet["hidden"]] or [sheet["name"] for sheet in sheets]
        self._first = next(iter(shown), "")
        self.clear()
        for sheet in sheets:
            text = self.tr("{0}  (hidden)").format(sheet["name"]) if sheet["hidden"] else sheet["name"]
            self.addItem(text, sheet["name"])
        if not sheets:
            self.addItem(self.tr("First sheet"), "")
        self.setEnabled(len(sheets) > 1)
        self.setValue(chosen)

    def setValue(self, value: str) -> None:
        """Show a sheet; none named is the first that is not hidden."""
        super().setValue(value or self._first)


class ReadOptionsForm(QWidget):
    """value(), setValue(), valueChanged for `ReadOptionsAnswer`; only what the format needs is shown."""

    valueChanged = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options: ReadOptionsAnswer | None = None
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setVerticalSpacing(8)
        self._form.setHorizontalSpacing(12)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._rows: dict[str, QWidget] = {}
        self._build()

    def setValue(self, options: ReadOptionsAnswer) -> None:
        """Show options without telling a change."""
        self._options = options
        self.blockSignals(True)
        self.format.setValue(options["format"])
        self.delimiter.setValue(options["delimiter"])
        self.quote.setValue(options["quote"])
        self.decimal.setValue(options["decimal"])
        self.encoding.setValue(options["encoding"])
        self.header.setChecked(options["header"])
        if set(_marks(self.missing.text())) != {"", *options["missing"]}:  # Else a comma just typed would vanish.
            self.missing.setText(_marks_text(options["missing"]))
            self.missing.setCursorPosition(0)
        self.sheet.setValue(options["sheet"])
        self.blockSignals(False)
        shown = _SHOWN.get(options["format"], ())
        for name, editor in self._rows.items():
            self._form.setRowVisible(editor, name in shown)

    def value(self) -> ReadOptionsAnswer:
        """The options as the editors show them."""
        assert self._options is not None
        value = self._options.copy()
        value["format"] = self.format.value() if value["format"] in BY_HAND else value["format"]
        value["delimiter"] = self.delimiter.value() or ","
        value["quote"] = self.quote.value()
        value["decimal"] = self.decimal.value()
        value["encoding"] = self.encoding.value()
        value["header"] = self.header.isChecked()
        value["missing"] = _marks(self.missing.text())
        if value["format"] == "excel":
            value["sheet"] = self.sheet.value()
        return value

    def setSheets(self, sheets: list[SheetAnswer]) -> None:
        """Offer a workbook's sheets."""
        self.sheet.setSheets(sheets)

    def setFolder(self, is_folder: bool) -> None:
        """Offer only what a folder may be read as, or everything that a file may."""
        self.format.clear()
        for name in PLAIN if is_folder else BY_HAND:
            self.format.addItem(format_title(name), name)

    def isEmpty(self) -> bool:
        """Whether this format has nothing to choose."""
        return self._options is None or self._options["format"] not in _SHOWN

    def _build(self) -> None:
        self.format = Choice("format", [(format_title(name), name) for name in BY_HAND], own=False)
        self.delimiter = Choice(
            "delimiter",
            [
                (self.tr("Comma  ,"), ","),
                (self.tr("Semicolon  ;"), ";"),
                (self.tr("Tab  ⇥"), "\t"),
                (self.tr("Bar  |"), "|"),
                (self.tr("Space"), " "),
            ],
            own=True,
        )
        self.quote = Choice(
            "quote", [(self.tr('Double  "'), '"'), (self.tr("Single  '"), "'"), (self.tr("None"), "")], own=False
        )
        self.decimal = Choice("decimal", [(self.tr("Point  1.5"), "."), (self.tr("Comma  1,5"), ",")], own=False)
        self.encoding = Choice("encoding", [(name.upper(), name) for name in ENCODINGS], own=True)
        self.header = QCheckBox(self.tr("First line names the columns"), self)
        self.missing = QLineEdit(self)
        self.sheet = SheetChoice(self)
        self._row("format", self.tr("Read as"), self.format, self.tr("What the file holds, and what becomes a row"))
        self._row("delimiter", self.tr("Delimiter"), self.delimiter, self.tr("What stands between two values"))
        self._row("quote", self.tr("Quote"), self.quote, self.tr("What stands around a value that holds a delimiter"))
        self._row("decimal", self.tr("Decimal"), self.decimal, self.tr("What stands before the decimals of a number"))
        self._row("encoding", self.tr("Encoding"), self.encoding, self.tr("How the file writes its characters"))
        self._row("sheet", self.tr("Sheet"), self.sheet, self.tr("The sheet to read; each becomes a dataset"))
        self._row(
            "missing",
            self.tr("Missing"),
            self.missing,
            self.tr("Marks of a missing value, separated by commas; an empty cell is always one"),
        )
        self._row("header", "", self.header, self.tr("Without a header the columns are numbered"))
        for choice in (self.format, self.delimiter, self.quote, self.decimal, self.encoding, self.sheet):
            choice.edited.connect(self._on_edited)
        self.header.toggled.connect(self._on_edited)
        self.missing.textEdited.connect(self._on_edited)

    def _row(self, name: str, title: str, editor: QWidget, tip: str) -> None:
        editor.setObjectName(f"data.import.{name}")
        editor.setAccessibleName(title or self.tr("First line names the columns"))
        editor.setToolTip(tip)
        self._rows[name] = editor
        if not title:
            self._form.addRow(editor)
            return
        label = QLabel(title, self)
        label.setProperty("role", "muted")
        label.setBuddy(editor)
        self._form.addRow(label, editor)

    @Slot()
    def _on_edited(self) -> None:
        if self._options is None:
            return
        value = self.value()
        if value != self._options:
            self._options = value
            self.valueChanged.emit()


def _marks_text(marks: list[str]) -> str:
    return ", ".join(f'"{mark}"' if "," in mark or mark != mark.strip() else mark for mark in marks if mark)


def _marks(text: str) -> list[str]:
    row = next(csv.reader([text], skipinitialspace=True), [])
    return ["", *dict.fromkeys(mark for mark in (part if part.strip() == "" else part.strip() for part in row) if mark)]


_TITLES = {
    "csv": QT_TRANSLATE_NOOP("Data", "Text table"),
    "lines": QT_TRANSLATE_NOOP("Data", "Text, a row a line"),
    "paragraphs": QT_TRANSLATE_NOOP("Data", "Text, a row a paragraph"),
    "document": QT_TRANSLATE_NOOP("Data", "Text, a row a file"),
    "conll": QT_TRANSLATE_NOOP("Data", "Tagged words (CoNLL)"),
    "squad": QT_TRANSLATE_NOOP("Data", "Questions (SQuAD)"),
    "parquet": "Parquet",
    "jsonl": "JSON Lines",
    "excel": "Excel",
}


def format_title(name: str) -> str:
    """A file format's name for people."""
    return translate("Data", str(_TITLES[name])) if name in _TITLES else name
