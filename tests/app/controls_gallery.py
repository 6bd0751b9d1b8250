"""Every kind of control in one window, to look at the stylesheet: python tests/app/controls_gallery.py dark out.png."""

import sys

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QSlider,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import icons, theme


def marked(widget, **properties):
    for name, value in properties.items():
        widget.setProperty(name, value)
    return widget


def buttons():
    row = QHBoxLayout()
    train = marked(QPushButton(icons.primary_icon("play"), "Train"), primary=True)
    stop = marked(QPushButton(icons.icon("stop", "bad"), "Stop"), danger=True)
    off = QPushButton(icons.icon("export"), "Export…")
    off.setEnabled(False)
    for button in (
        train,
        QPushButton(icons.icon("open"), "Open…"),
        stop,
        off,
        marked(QPushButton("Quiet"), quiet=True),
    ):
        row.addWidget(button)
    row.addStretch(1)
    return row


def editors():
    grid = QGridLayout()
    grid.setSpacing(8)
    combo = QComboBox()
    combo.addItems(["CategoryEmbedding", "FT-Transformer 变换器", "TabNet"])
    spin = QSpinBox()
    spin.setRange(0, 100000)
    spin.setValue(1024)
    line = QLineEdit("adult.csv")
    line.setPlaceholderText("Search")
    invalid = marked(QLineEdit("rows,price €"), invalid=True)
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setValue(40)
    bar = QProgressBar()
    bar.setValue(63)
    check, radio = QCheckBox("Balanced sampling"), QRadioButton("By group")
    check.setChecked(True)
    radio.setChecked(True)
    named = [("Model", combo), ("Batch size", spin), ("文件 File", line), ("Column", invalid), ("Smoothing", slider)]
    boxes = [bar, check, QCheckBox("Keep checkpoints"), radio, QRadioButton("Random")]
    for index, (name, editor) in enumerate([*named, *(("", box) for box in boxes)]):
        grid.addWidget(marked(QLabel(name), role="muted"), index, 0)
        grid.addWidget(editor, index, 1)
    return grid


def badges():
    row = QHBoxLayout()
    for text, tone in [
        ("queued", ""),
        ("running", "accent"),
        ("finished", "good"),
        ("stopped", "warn"),
        ("failed", "bad"),
    ]:
        row.addWidget(marked(QLabel(text), role="badge", tone=tone))
    row.addStretch(1)
    return row


def table():
    result = QTableWidget(6, 4)
    result.setHorizontalHeaderLabels(["run", "status", "valid/loss", "rows/s"])
    result.verticalHeader().setDefaultSectionSize(30)
    result.setShowGrid(False)
    result.setAlternatingRowColors(True)
    for row in range(6):
        for column, text in enumerate([f"adult {row}", "完成 finished", f"0.31{row}1", f"1{row}1,204"]):
            item = QTableWidgetItem(text)
            if column > 1:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            result.setItem(row, column, item)
    result.selectRow(2)
    return result


def tree():
    result = QTreeWidget()
    result.setHeaderLabels(["column", "role"])
    for name in ("age", "city", "price"):
        item = QTreeWidgetItem(result, [name, "continuous"])
        QTreeWidgetItem(item, ["missing", "3"])
        item.setIcon(0, icons.icon("number"))
    result.topLevelItem(0).setExpanded(True)
    return result


def icon_grid():
    grid = QGridLayout()
    grid.setSpacing(4)
    for index, name in enumerate(icons.names()):
        button = QToolButton()
        button.setIcon(icons.icon(name))
        button.setToolTip(name)
        if index % 9 == 4:
            button.setCheckable(True)
            button.setChecked(True)
        grid.addWidget(button, index // 14, index % 14)
    return grid


def window():
    page = QWidget()
    outer = QHBoxLayout(page)
    outer.setContentsMargins(24, 24, 24, 24)
    outer.setSpacing(24)
    left, right = QVBoxLayout(), QVBoxLayout()
    for column in (left, right):
        column.setSpacing(12)
        outer.addLayout(column, 1)
    left.addWidget(marked(QLabel("Train a model on 成人收入"), role="title"))
    left.addWidget(marked(QLabel("48,842 rows · 15 columns · target income"), role="muted"))
    left.addLayout(buttons())
    left.addLayout(badges())
    card = marked(QFrame(), role="card")
    card.setLayout(editors())
    card.layout().setContentsMargins(16, 16, 16, 16)
    left.addWidget(card)
    left.addWidget(marked(QLabel("The column “price” is gone from this data set."), role="error"))
    left.addWidget(marked(QLabel("Class “rare” has one row: it cannot be in two splits."), role="warning"))
    left.addStretch(1)
    tabs = QTabWidget()
    tabs.addTab(table(), "Runs")
    tabs.addTab(tree(), "Columns")
    text = QPlainTextEdit("[trainer]\nepochs = 20\n")
    text.setFont(theme.theme().monoFont())
    tabs.addTab(text, "TOML")
    right.addWidget(tabs, 1)
    right.addWidget(tree(), 1)
    box = QGroupBox("Icons")
    box.setLayout(icon_grid())
    right.addWidget(box)
    return page


def main():
    app = QApplication([])
    theme.apply(app, sys.argv[1] if len(sys.argv) > 1 else "system")
    page = window()
    page.resize(1280, 800)
    page.show()
    if len(sys.argv) > 2:
        page.grab().save(sys.argv[2])
        page.close()
        return
    app.exec()


if __name__ == "__main__":
    main()
