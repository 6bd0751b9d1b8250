"""The application's one stylesheet, made from a theme: shapes and spacing on an 8-pixel grid.

No colour is chosen here: every one is a field of ``Theme``. The little drawings that Qt wants as files are made here.
"""

from pathlib import Path
from string import Template

from PySide6.QtCore import QTemporaryDir

from app.theme import Theme

_drawings: list[QTemporaryDir] = []


def text(theme: Theme) -> str:
    """The stylesheet in this theme's colours."""
    values: dict[str, str] = {name: value for name, value in vars(theme).items() if isinstance(value, str)}
    values |= {"pt": f"{theme.point_size:g}pt", "small": f"{theme.point_size * 0.9:g}pt"}
    values |= {"subtitle": f"{theme.point_size * 1.15:g}pt", "title": f"{theme.point_size * 1.6:g}pt"}
    values |= _draw(theme)
    return Template(_TEMPLATE).substitute(values)


def _draw(theme: Theme) -> dict[str, str]:
    """Write the arrows and check marks that a stylesheet can only take from files; returns name → path."""
    from app.icons import svg

    folder = QTemporaryDir()
    wanted = {
        "img_check": ("check", theme.on_accent, 2.6),
        "img_dash": ("minus", theme.on_accent, 2.6),
        "img_down": ("chevron-down", theme.muted, 2.0),
        "img_up": ("chevron-up", theme.muted, 2.0),
        "img_right": ("chevron-right", theme.muted, 2.0),
        "img_close": ("close", theme.muted, 1.75),
        "img_down_off": ("chevron-down", theme.disabled, 2.0),
    }
    paths: dict[str, str] = {}
    for key, (name, color, width) in wanted.items():
        path = Path(folder.path()) / f"{key}.svg"
        drawing = svg(name, color).replace('stroke-width="1.5"', f'stroke-width="{width}"')
        path.write_text(drawing, encoding="utf-8")
        paths[key] = path.as_posix()
    _drawings.append(folder)
    del _drawings[:-2]  # Qt may still read the drawings of the sheet that is being replaced.
    return paths


_TEMPLATE = """
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QToolTip { background: $raised; color: $text; border: 1px solid $border_strong; border-radius: 4px; padding: 4px 6px; }

QLabel[role="title"] { font-size: $title; font-weight: 600; }
QLabel[role="subtitle"] { font-size: $subtitle; font-weight: 600; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="small"] { color: $muted; font-size: $small; }
QLabel[role="error"] { color: $bad; }
QLabel[role="warning"] { color: $warn; }
QLabel[role="good"] { color: $good; }
QLabel[role="badge"] { background: $hover; color: $muted; border-radius: 9px; padding: 1px 8px; font-size: $small; }
QLabel[role="badge"][tone="good"] { background: $good_soft; color: $good; }
QLabel[role="badge"][tone="warn"] { background: $warn_soft; color: $warn; }
QLabel[role="badge"][tone="bad"] { background: $bad_soft; color: $bad; }
QLabel[role="badge"][tone="accent"] { background: $accent_soft; color: $accent_text; }
QFrame[role="card"] { background: $base; border: 1px solid $border; border-radius: 8px; }
QFrame[role="card"][selected="true"] { border: 1px solid $accent; background: $accent_soft; }
QFrame[role="card"]:focus { border: 1px solid $accent; }
QFrame[role="error"] { background: $bad_soft; border: 1px solid $bad; border-radius: 6px; }
QFrame[role="warning"] { background: $warn_soft; border: 1px solid $warn; border-radius: 6px; }
QLabel[role="error"], QLabel[role="warning"] { background: transparent; border: none; }
QFrame[role="rail"], QWidget[role="rail"] { background: $rail; border: none; border-right: 1px solid $border; }
QFrame[role="line"] { background: $border; border: none; max-height: 1px; min-height: 1px; }

QPushButton { background: $button; border: 1px solid $border_strong; border-radius: 6px; padding: 5px 14px;
  min-height: 18px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed, QPushButton:checked { background: $pressed; }
QPushButton:focus { border: 1px solid $accent; }
QPushButton[segment="first"] { border-top-right-radius: 0; border-bottom-right-radius: 0; }
QPushButton[segment="last"] { border-top-left-radius: 0; border-bottom-left-radius: 0; border-left: none; }
QPushButton[segment="middle"] { border-radius: 0; border-left: none; }
QPushButton[segment="first"]:checked, QPushButton[segment="middle"]:checked,
QPushButton[segment="last"]:checked { background: $accent_soft;
  color: $accent_text; font-weight: 600; }
QPushButton[segment="middle"]:focus, QPushButton[segment="last"]:focus { border: 1px solid $accent; }
QPushButton[several="true"] { text-align: left; padding: 5px 22px 5px 8px; }
QPushButton:disabled { color: $disabled; background: transparent; border-color: $border; }
QPushButton:default { border-color: $accent; }
QPushButton[primary="true"] { background: $accent; color: $on_accent; border: 1px solid $accent; font-weight: 600; }
QPushButton[primary="true"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[primary="true"]:pressed { background: $accent; }
QPushButton[primary="true"]:focus { border: 2px solid $text; padding: 4px 13px; }
QPushButton[primary="true"]:disabled { background: $border; color: $disabled; border-color: $border; }
QPushButton[danger="true"] { color: $bad; }
QPushButton[danger="true"]:hover { background: $bad_soft; border-color: $bad; }
QPushButton[quiet="true"] { background: transparent; border: 1px solid transparent; }
QPushButton[quiet="true"]:hover { background: $hover; }
QPushButton[quiet="true"]:focus { border: 1px solid $accent; }
QPushButton[fold="heading"], QPushButton[fold="quiet"] { background: transparent; border: 1px solid transparent;
  padding: 4px 0; text-align: left; }
QPushButton[fold="quiet"] { color: $muted; }
QPushButton[fold="heading"]:hover, QPushButton[fold="quiet"]:hover { color: $accent_text; }
QPushButton[fold="heading"]:focus, QPushButton[fold="quiet"]:focus { border: 1px solid $accent; }
QPushButton::menu-indicator { image: url($img_down); width: 12px; height: 12px; right: 6px;
  subcontrol-position: right center; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 4px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed { background: $pressed; }
QToolButton:checked { background: $accent_soft; color: $accent_text; }
QToolButton:focus { border: 1px solid $accent; }
QToolButton:disabled { color: $disabled; }
QToolButton[popupMode="1"], QToolButton[pick="true"] { padding-right: 16px; }
QToolButton[pick="true"]::menu-indicator { subcontrol-origin: padding; subcontrol-position: center right; }
QToolButton::menu-indicator { image: url($img_down); width: 10px; height: 10px; right: 2px; }
QToolButton[bare="true"]::menu-indicator { image: none; width: 0; }
QToolButton::menu-button { border: none; width: 14px; }
QToolButton::menu-arrow { image: url($img_down); width: 10px; height: 10px; }
QPushButton[role="link"] { background: transparent; border: none; padding: 2px 4px; color: $accent_text; }
QPushButton[role="link"]:hover { text-decoration: underline; }
QPushButton[role="link"]:focus { background: $accent_soft; border-radius: 4px; }
QToolButton[role="nav"] { padding: 8px 12px; border-radius: 6px; color: $muted; font-weight: 500; }
QToolButton[role="nav"]:hover { color: $text; }
QToolButton[role="nav"]:checked { color: $accent_text; background: $accent_soft; font-weight: 600; }

QLineEdit, QTextEdit, QPlainTextEdit, QTextBrowser, QAbstractSpinBox, QComboBox { background: $base; color: $text;
  border: 1px solid $border_strong; border-radius: 6px; selection-background-color: $accent;
  selection-color: $on_accent; }
QLineEdit, QComboBox { padding: 4px 8px; min-height: 20px; }
QSpinBox, QDoubleSpinBox, QDateTimeEdit, QAbstractSpinBox { padding: 4px 20px 4px 8px; min-height: 20px; }
QTextEdit, QPlainTextEdit, QTextBrowser { padding: 4px; border-color: $border; }
QTextBrowser[role="plain"] { border: 1px solid transparent; padding: 0; }
QTextBrowser[role="plain"]:focus { border: 1px solid $accent; }
QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover { border-color: $muted; }
QLineEdit:focus, QTextEdit:focus, QPlainTextEdit:focus, QAbstractSpinBox:focus, QComboBox:focus {
  border: 1px solid $accent; }
QLineEdit:disabled, QTextEdit:disabled, QPlainTextEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled {
  background: $window; color: $disabled; border-color: $border; }
QLineEdit[invalid="true"], QAbstractSpinBox[invalid="true"], QComboBox[invalid="true"],
QPlainTextEdit[invalid="true"] { border: 1px solid $bad; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; background: transparent; width: 18px;
  subcontrol-origin: border; border-radius: 3px; }
QAbstractSpinBox::up-button { subcontrol-position: top right; margin: 2px 2px 0 0; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; margin: 0 2px 2px 0; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: $hover; }
QAbstractSpinBox::up-arrow { image: url($img_up); width: 10px; height: 10px; }
QAbstractSpinBox::down-arrow { image: url($img_down); width: 10px; height: 10px; }
QComboBox { padding-right: 22px; }
QComboBox::drop-down { border: none; width: 22px; subcontrol-position: center right; }
QComboBox::down-arrow { image: url($img_down); width: 12px; height: 12px; }
QComboBox::down-arrow:disabled { image: url($img_down_off); }
QComboBox QLineEdit, QAbstractSpinBox QLineEdit { border: none; padding: 0; background: transparent; min-height: 0; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $border_strong; border-radius: 6px; padding: 4px;
  outline: none; selection-background-color: $accent_soft; selection-color: $text; }
QComboBox QAbstractItemView::item { min-height: 26px; padding: 0 8px; border-radius: 4px; }
QComboBox QAbstractItemView::item:selected, QComboBox QAbstractItemView::item:hover { background: $accent_soft;
  color: $text; }

QCheckBox, QRadioButton { spacing: 8px; padding: 2px; border: 1px solid transparent; border-radius: 4px; }
QCheckBox:focus, QRadioButton:focus { border: 1px solid $accent; }
QCheckBox:disabled, QRadioButton:disabled { color: $disabled; }
QCheckBox::indicator, QGroupBox::indicator, QAbstractItemView::indicator { width: 14px; height: 14px;
  border: 1px solid $border_strong; border-radius: 4px; background: $base; }
QCheckBox::indicator:hover, QGroupBox::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked, QGroupBox::indicator:checked, QAbstractItemView::indicator:checked {
  background: $accent; border-color: $accent; image: url($img_check); }
QCheckBox::indicator:indeterminate, QAbstractItemView::indicator:indeterminate { background: $accent;
  border-color: $accent; image: url($img_dash); }
QCheckBox::indicator:disabled { background: $window; border-color: $border; }
QCheckBox::indicator:checked:disabled { background: $disabled; border-color: $disabled; }
QRadioButton::indicator { width: 14px; height: 14px; border: 1px solid $border_strong; border-radius: 8px;
  background: $base; }
QRadioButton::indicator:hover { border-color: $accent; }
QRadioButton::indicator:checked { width: 6px; height: 6px; border: 5px solid $accent; background: $on_accent; }

QSlider { min-height: 20px; border: 1px solid transparent; border-radius: 4px; }
QSlider:focus { border: 1px solid $accent; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $border; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::sub-page:horizontal:disabled { background: $border_strong; }
QSlider::handle:horizontal { width: 12px; height: 12px; margin: -5px 0; border-radius: 7px; background: $base;
  border: 1px solid $border_strong; }
QSlider::handle:horizontal:hover { border: 1px solid $accent; }

QProgressBar { border: none; border-radius: 3px; background: $border; max-height: 6px; min-height: 6px;
  color: transparent; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QProgressBar[tone="good"]::chunk { background: $good; }
QProgressBar[tone="bad"]::chunk { background: $bad; }

QGroupBox { border: none; margin-top: 28px; padding: 0; font-weight: 600; }
QGroupBox::title { subcontrol-origin: margin; subcontrol-position: top left; padding: 4px 0; left: 0; }
QTabWidget::pane { border: none; border-top: 1px solid $border; top: -1px; }
QTabBar { qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $muted; border: none; border-bottom: 2px solid transparent;
  padding: 7px 4px; margin-right: 18px; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; font-weight: 600; }
QTabBar::tab:focus { color: $accent_text; }
QTabBar::tab:disabled { color: $disabled; }
QTabBar::close-button { image: url($img_close); }

QAbstractItemView { background: $base; alternate-background-color: $window; border: 1px solid $border;
  border-radius: 6px; selection-background-color: $accent_soft; selection-color: $text; gridline-color: $border;
  outline: none; }
QListView::item { min-height: 28px; padding: 0 6px; }
QTreeView::item { padding: 4px 6px; }
QListView::item { border-radius: 4px; }
QTableView::item { padding: 0 8px; }
QListView[quiet="true"] { background: transparent; border: none; }
QListView::item:hover, QTreeView::item:hover { background: $hover; }
QListView::item:selected, QTreeView::item:selected, QTableView::item:selected { background: $accent_soft;
  color: $text; }
QTableView::item:focus { border: 1px solid $accent; }
QAbstractItemView:focus { border: 1px solid $accent; }
QTreeView::branch:has-children:closed { image: url($img_right); }
QTreeView::branch:has-children:open { image: url($img_down); }
QHeaderView { background: $window; border: none; }
QHeaderView::section { background: $window; color: $muted; border: none; border-bottom: 1px solid $border;
  border-right: 1px solid $border; padding: 5px 8px; font-weight: 600; }
QHeaderView::section:hover { background: $hover; color: $text; }
QHeaderView::section:vertical { font-weight: 400; border-bottom: none; }
QHeaderView::section:last { border-right: none; }
QHeaderView::down-arrow { image: url($img_down); width: 12px; height: 12px; subcontrol-position: center right;
  right: 4px; }
QHeaderView::up-arrow { image: url($img_up); width: 12px; height: 12px; subcontrol-position: center right;
  right: 4px; }
QTableCornerButton::section { background: $window; border: none; border-bottom: 1px solid $border; }

QScrollArea { border: none; background: transparent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; border: none; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; border: none; }
QScrollBar::handle { background: $border_strong; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover, QScrollBar::handle:pressed { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: none; background: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: none; }
QAbstractScrollArea::corner { background: transparent; border: none; }

QMenuBar { background: $rail; border: none; border-bottom: 1px solid $border; padding: 2px 4px; }
QMenuBar::item { background: transparent; padding: 4px 10px; border-radius: 4px; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $raised; border: 1px solid $border_strong; border-radius: 8px; padding: 4px; }
QMenu::item { padding: 6px 28px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: $accent_soft; }
QMenu::item:disabled { color: $disabled; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: $border; margin: 4px 8px; }
QStatusBar { background: $rail; border-top: 1px solid $border; color: $muted; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: $muted; padding: 0 8px; }
QToolBar { background: transparent; border: none; spacing: 4px; padding: 4px; }
QToolBar::separator { background: $border; width: 1px; margin: 6px 4px; }
QSplitter::handle { background: transparent; }
QSplitter::handle:horizontal { width: 8px; }
QSplitter::handle:vertical { height: 8px; }
QSplitter::handle:hover { background: $accent_soft; }
QDockWidget { titlebar-close-icon: url($img_close); }
QDockWidget::title { background: $window; padding: 6px 8px; border-bottom: 1px solid $border; }
"""
