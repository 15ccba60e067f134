# Sourced by bin/start and bin/test: goes to the project's folder and gives .venv what the named file lists.

cd "$(dirname "${BASH_SOURCE[0]}")/.."
unset PYTHONDONTWRITEBYTECODE  # compiled modules make the next start quick

fail() {
    printf '\n%s\n' "$@" >&2
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for python in python3 python3.14 python3.13 python3.12 python3.11; do
        if is_new_enough "$python"; then
            echo "$python"
            return
        fi
    done
    fail "Duebook needs Python 3.11 or newer, and this machine has none." \
        "Debian, Ubuntu: sudo apt-get install python3 python3-venv     macOS: brew install python"
}

make_venv() {
    local python
    python=$(find_python)
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        fail "This Python cannot make a virtual environment: Debian keeps that part in a package of its own." \
            "Run:  sudo apt-get install python3-venv    and then this command again."
    fi
    echo "Making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv
}

install_requirements() {
    local stamp=.venv/installed-$1
    if cmp -s "$1" "$stamp"; then
        return
    fi
    echo "Installing $1"
    mkdir -p var/log
    install_with_uv "$1" || .venv/bin/python -m pip install --quiet -r "$1" ||
        fail "The packages of $1 could not be installed; the reason stands above." \
            "Is there a connection to the package index? Then run this command again."
    cp "$1" "$stamp"
}

install_with_uv() {
    .venv/bin/python -m pip install --quiet uv &&
        .venv/bin/python -m uv pip install --quiet --python .venv/bin/python -r "$1"
} 2>>var/log/install.log

set_up() {
    is_new_enough .venv/bin/python || make_venv
    install_requirements "$1"
}
