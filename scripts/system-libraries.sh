#!/usr/bin/env bash
# Makes sure that Qt can load: installs its system libraries where it may, otherwise prints the command to run.
# Usage: scripts/system-libraries.sh PYTHON
set -u
python=$1
packages="libegl1 libgl1 libxkbcommon0 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxcb-image0 libxcb-render-util0 libxcb-xinerama0 libdbus-1-3 libfontconfig1 libfreetype6 fonts-dejavu-core"
loads() {
    QT_QPA_PLATFORM=offscreen "$python" -c 'from PySide6.QtWidgets import QApplication; QApplication([])' >/dev/null 2>&1 || return 1
    [ -z "${DISPLAY:-}" ] || ldconfig -p | grep -q libxcb-cursor.so.0
}
loads && exit 0
command="apt-get install -y --no-install-recommends $packages"
if ! command -v apt-get >/dev/null; then
    echo "Qt cannot load. Install the libraries that these Debian packages hold: $packages" >&2
    exit 0
fi
if [ "$(id -u)" = 0 ]; then
    echo "Installing the system libraries that Qt needs …"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive $command -qq >/dev/null && loads && exit 0
fi
echo "Qt cannot load yet. Run this once, then again what you ran:" >&2
echo "    sudo $command" >&2
exit 1
