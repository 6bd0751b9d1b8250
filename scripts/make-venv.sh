#!/usr/bin/env bash
# Makes the virtual environment, with Python 3.11 or newer. Installs Python's venv module where it may, otherwise
# prints the command to run.
# Usage: scripts/make-venv.sh PYTHON FOLDER
set -u
python=$1
folder=$2
if [ -z "$python" ] || ! command -v "$python" >/dev/null; then
    echo "Tensorbench needs Python 3.11 or newer, and no python3 was found. Run: sudo apt-get install python3 python3-venv" >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Tensorbench needs Python 3.11 or newer; $python is $("$python" --version 2>&1). Name another: make PYTHON=python3.11 …" >&2
    exit 1
fi
has_venv() { "$python" -c 'import ensurepip, venv' 2>/dev/null; }
if ! has_venv; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    command="apt-get install -y python$version-venv"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing Python's venv module …"
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes $command -qq >/dev/null
    fi
    if ! has_venv; then
        echo "Python's venv module is missing. Run this once, then again what you ran:" >&2
        echo "    sudo $command" >&2
        exit 1
    fi
fi
exec "$python" -m venv "$folder"
