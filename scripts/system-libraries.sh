#!/usr/bin/env bash
# Makes sure that Qt can load: installs its system libraries where it may, otherwise prints the command to run.
# Usage: scripts/system-libraries.sh PYTHON [SCREEN]   with a SCREEN, also what a window on an X server needs
set -u
python=$1
screen=${2:-}
packages="libglib2.0-0 libegl1 libgl1 libxkbcommon0 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxcb-image0 libxcb-render-util0 libxcb-xinerama0 libwayland-cursor0 libwayland-egl1 libdbus-1-3 libfontconfig1 libfreetype6 fonts-dejavu-core"

probe='
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication
application = QApplication([])
assert QFontDatabase.families(), "no fonts"
'

# What is missing shows when it is loaded; the plug-in for X loads its libraries only with a server to talk to, so the
# one that is usually missing is looked for by name.
loads() {
    QT_QPA_PLATFORM=offscreen "$python" -c "$probe" >/dev/null 2>&1 || return 1
    [ -z "$screen" ] || [ "$(uname)" != Linux ] || "$python" -c 'import ctypes; ctypes.CDLL("libxcb-cursor.so.0")' 2>/dev/null
}

loads && exit 0
command="apt-get install -y --no-install-recommends $packages"
if ! command -v apt-get >/dev/null; then
    echo "Qt cannot load yet. Install the libraries that these Debian packages hold, then run again what you ran:" >&2
    echo "    $packages" >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    echo "Installing the system libraries that Qt needs …"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes $command -qq >/dev/null && loads && exit 0
fi
echo "Qt cannot load yet. Run this once, then again what you ran:" >&2
echo "    sudo $command" >&2
exit 1
