"""What the window remembers between sessions: theme, recent files, workspace, geometry. Not what belongs to a run."""

from pathlib import Path
from typing import Literal

from PySide6.QtCore import QSettings

RECENT_FILES = 10
Mode = Literal["system", "light", "dark"]


class Settings:
    """Typed access to the user's settings file. Set QSettings' default format and path beforehand to move it."""

    def __init__(self) -> None:
        self._settings = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "Tensorbench", "Tensorbench")

    @property
    def theme(self) -> Mode:
        """`system`, `light` or `dark`."""
        value = self._settings.value("theme", "system")
        return "light" if value == "light" else "dark" if value == "dark" else "system"

    @theme.setter
    def theme(self, mode: Mode) -> None:
        self._settings.setValue("theme", mode)

    @property
    def language(self) -> str:
        """A language code such as `en` or `zh_CN`; empty follows the system."""
        return str(self._settings.value("language", ""))

    @language.setter
    def language(self, code: str) -> None:
        self._settings.setValue("language", code)

    @property
    def recentFiles(self) -> list[str]:
        """The files opened last, newest first."""
        value = self._settings.value("recent", [])
        if isinstance(value, str):
            return [value]
        return [str(path) for path in value] if isinstance(value, list) else []

    def addRecentFile(self, path: Path) -> None:
        """Put a file at the head of the recent ones."""
        text = str(path)
        others = [known for known in self.recentFiles if known != text]
        self._settings.setValue("recent", [text, *others][:RECENT_FILES])

    @property
    def geometry(self) -> object:
        """The window's geometry as Qt saved it, or None."""
        return self._settings.value("geometry")

    @geometry.setter
    def geometry(self, state: object) -> None:
        self._settings.setValue("geometry", state)

    def lessonPlace(self, title: str) -> int:
        """How far the reader came in a lesson; -1 once its exercise was solved."""
        return int(str(self._settings.value(f"lessons/{_key(title)}", 0)))

    def setLessonPlace(self, title: str, place: int) -> None:
        """Remember how far the reader came."""
        self._settings.setValue(f"lessons/{_key(title)}", place)

    @property
    def showsQueue(self) -> bool:
        """Whether the queue stood open."""
        return self._settings.value("queue", False, type=bool) is True

    @showsQueue.setter
    def showsQueue(self, shown: bool) -> None:
        self._settings.setValue("queue", shown)


def _key(title: str) -> str:
    """A title as a key of the settings file, where a slash would begin a group."""
    return title.replace("/", "|")
