"""The Data page itself: the list of datasets, and beside it the start, the import or the open dataset."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QWidget

from app.dialogs import file_dialog, folder_dialog
from app.engine_thread import EngineThread, Requests
from app.pages.data.answers import DatasetAnswer, SampleAnswer
from app.pages.data.dataset_list import DatasetList
from app.pages.data.dataset_view import DatasetView
from app.pages.data.import_panel import ImportPanel
from app.pages.data.melt_dialog import MeltDialog
from app.pages.data.start_view import StartView
from app.settings import Settings

SUFFIXES = "*.csv *.tsv *.txt *.parquet *.pq *.jsonl *.ndjson *.xlsx *.xlsm *.xls"
TEXTS = "*.txt *.md *.rst *.log *.conll *.conllu *.iob *.bio *.json"


class DataPage(QWidget):
    """Opens tables; `datasetChosen` carries a dataset and its roles to the Train page."""

    datasetChosen = Signal(object, object)  # Dataset as JSON, Roles
    rolesChanged = Signal(object)

    def __init__(self, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data")
        self._engine = engine
        self._goes_on = False
        self._settings = Settings()
        self._waiting: list[Path] = []
        self._requests = Requests(engine, self)
        self._requests.answered.connect(self._on_answered)
        self._requests.failed.connect(self._on_failed)
        self.list = DatasetList(self)
        self.start = StartView(self)
        self.importer = ImportPanel(engine, self)
        self.dataset = DatasetView(engine, self)
        self._stack = QStackedWidget(self)
        for view in (self.start, self.importer, self.dataset):
            self._stack.addWidget(view)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.list)
        layout.addWidget(self._stack, 1)
        self.setAcceptDrops(True)
        self._connect()
        self.list.hide()
        self.start.setRecent(self._settings.recentFiles)
        self.refresh()
        self._requests.ask("samples", "data", "samples")

    @Slot()
    def refresh(self) -> None:
        """Ask again which datasets the workspace has."""
        self._requests.ask("datasets", "data", "datasets")

    @Slot(str)
    def openPath(self, path: str | Path) -> None:
        """Show a file before it is imported."""
        path = Path(path).absolute()
        self._settings.addRecentFile(path)
        self.start.setRecent(self._settings.recentFiles)
        self.list.select("")
        self.importer.setFile(path, len(self._waiting))
        self._stack.setCurrentWidget(self.importer)
        self.importer.start.setFocus()

    def openPaths(self, paths: Sequence[Path]) -> None:
        """Show files before they are imported, one after the other."""
        self._waiting = list(paths)
        self._open_next()

    @Slot()
    def chooseFile(self) -> None:
        """Let the user choose a file."""
        dialog = file_dialog(self, self.tr("Open data"), "data.open.dialog")
        dialog.setNameFilters(
            [
                self.tr("Tables and texts ({0})").format(f"{SUFFIXES} {TEXTS}"),
                self.tr("Tables ({0})").format(SUFFIXES),
                self.tr("Texts ({0})").format(TEXTS),
                self.tr("All files (*)"),
            ]
        )
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.openPath)
        dialog.open()

    @Slot()
    def chooseFolder(self) -> None:
        """Let the user choose a folder of text files."""
        dialog = folder_dialog(self, self.tr("Open a folder of texts"), "data.open_folder.dialog")
        dialog.fileSelected.connect(self.openPath)
        dialog.open()

    @Slot()
    def chooseShown(self) -> None:
        """Hand on the dataset on show with its roles, where there is one that can be trained on."""
        self.dataset.choose()

    @Slot(str)
    def openSample(self, name: str) -> None:
        """Add a bundled sample to the workspace and open it."""
        self.start.say(self.tr("Adding the sample …"))
        self._requests.ask("import_sample", "data", "import_sample", name=name)

    @Slot()
    def showStart(self) -> None:
        """Show where data comes from."""
        self.list.select("")
        self.start.say("")
        self._stack.setCurrentWidget(self.start)
        self.start.open.setFocus()

    @Slot()
    def turnIntoSeries(self, dataset_id: str = "", go_on: bool = False) -> None:
        """Ask how the columns of a dataset become series: of the one on show, or of another; its series are handed on at
        once where the user wants to `go_on`."""
        row = self.list.model.rowOf(dataset_id)
        if row >= 0:
            self.openDataset(self.list.model.dataset(row))
        wide = self.dataset.dataset
        if wide is None or (dataset_id and wide["id"] != dataset_id):
            return
        self._goes_on = go_on
        dialog = MeltDialog(self._engine, wide, self)
        dialog.made.connect(self._on_melted)
        dialog.open()

    @Slot(object)
    def openDataset(self, dataset: DatasetAnswer) -> None:
        """Show a dataset of the workspace."""
        self.dataset.setDataset(dataset)
        self._stack.setCurrentWidget(self.dataset)

    # Drag and drop

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take local files."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self.start.highlight(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: ARG002 - Qt's own signature
        """The file went elsewhere."""
        self.start.highlight(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped, one file after the other."""
        self.start.highlight(False)
        event.acceptProposedAction()
        self.openPaths([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    # Inside

    def _connect(self) -> None:
        self.list.chosen.connect(self.openDataset)
        self.list.addRequested.connect(self.showStart)
        self.list.deleted.connect(self._on_deleted)
        self.list.deletionConfirmed.connect(self._delete)
        self.start.openRequested.connect(self.chooseFile)
        self.start.folderRequested.connect(self.chooseFolder)
        self.start.pathRequested.connect(self.openPath)
        self.start.sampleRequested.connect(self.openSample)
        self.importer.imported.connect(self._on_imported)
        self.importer.otherRequested.connect(self.chooseFile)
        self.importer.closed.connect(self._on_import_closed)
        self.dataset.seriesRequested.connect(self.turnIntoSeries)
        self.dataset.chosen.connect(self.datasetChosen)
        self.dataset.rolesChanged.connect(self.rolesChanged)

    def _open_next(self) -> bool:
        if not self._waiting:
            return False
        self.openPath(self._waiting.pop(0))
        return True

    @Slot(object)
    def _on_imported(self, dataset: DatasetAnswer) -> None:
        if not self._open_next():
            self.openDataset(dataset)
            self.dataset.columns.table.setFocus()
        self.refresh()

    @Slot(object)
    def _on_melted(self, dataset: DatasetAnswer) -> None:
        self.dataset.setDataset(dataset, self._goes_on)
        self._stack.setCurrentWidget(self.dataset)
        self.refresh()

    @Slot()
    def _on_import_closed(self) -> None:
        if self._open_next():
            return
        if self.dataset.dataset is not None:
            self.list.select(self.dataset.dataset["id"])
            self._stack.setCurrentWidget(self.dataset)
        else:
            self.showStart()

    @Slot(str)
    def _on_deleted(self, dataset_id: str) -> None:
        open_one = self.dataset.dataset
        if open_one is not None and open_one["id"] == dataset_id:
            self.showStart()

    @Slot(str)
    def _delete(self, dataset_id: str) -> None:
        self._requests.ask(f"delete:{dataset_id}", "data", "delete_dataset", id=dataset_id)

    @Slot(str, object)
    def _on_answered(self, name: str, value: object) -> None:
        if name == "datasets":
            self._show_datasets(cast(list[DatasetAnswer], value))
        elif name == "samples":
            self.start.setSamples(cast(list[SampleAnswer], value))
        elif name == "import_sample":
            self.start.say("")
            self._on_imported(cast(DatasetAnswer, value))
        else:
            self.refresh()

    @Slot(str, str)
    def _on_failed(self, name: str, sentence: str) -> None:
        self.start.say(sentence, trouble=True)
        if name.startswith("delete:"):
            self.refresh()

    def _show_datasets(self, datasets: list[DatasetAnswer]) -> None:
        self.list.setDatasets(datasets)
        self.list.setVisible(not self.list.isEmpty())
        open_one = self.dataset.dataset
        if open_one is not None and self._stack.currentWidget() is self.dataset:
            self.list.view.selectionModel().blockSignals(True)
            self.list.select(open_one["id"])
            self.list.view.selectionModel().blockSignals(False)
