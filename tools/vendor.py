"""Copy what we use of other people's browser code and fonts into the project: `python tools/vendor.py`.

Needs Node's npm, Debian's apt-get and `pip install fonttools brotli`; running Duebook needs none of them. package.json
and DEBIAN pin the versions, the result is committed, and VENDORED.json keeps each file's hash so a test can tell that
nobody edited one.
"""

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from xml.etree import ElementTree

from fontTools.merge import Merger
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static/vendor"
PDF_FONTS = ROOT / "static/fonts/pdf"
SPRITE = ROOT / "static/icons.svg"
RECORD = ROOT / "VENDORED.json"

COPIED = {
    "@tabler/core": [
        "dist/css/tabler.min.css",
        "dist/css/tabler.rtl.min.css",
        "dist/js/tabler.min.js",
    ],
    "htmx.org": ["dist/htmx.min.js", "LICENSE"],
    "@fontsource-variable/inter": [
        "files/inter-latin-wght-normal.woff2",
        "files/inter-latin-ext-wght-normal.woff2",
        "LICENSE",
    ],
    "swagger-ui-dist": ["swagger-ui-bundle.js", "swagger-ui.css", "LICENSE", "NOTICE"],
    "axe-core": ["axe.min.js", "LICENSE"],
}
NEVER_SERVED = {"axe-core": ROOT / "tests/vendor"}

WEIGHTS = {400: "Regular", 600: "SemiBold", 700: "Bold"}
PDF_FAMILIES = [
    (
        "Inter",
        "inter",
        ["latin", "latin-ext", "greek", "cyrillic", "vietnamese"],
        [400, 600, 700],
    ),
    ("Noto Sans Arabic", "noto-sans-arabic", ["arabic"], [400, 700]),
    ("Noto Sans Hebrew", "noto-sans-hebrew", ["hebrew"], [400, 700]),
    ("Noto Sans JP", "noto-sans-jp", ["japanese"], [400]),
    ("Noto Sans SC", "noto-sans-sc", ["chinese-simplified"], [400]),
]
"""Chinese and Japanese in one weight: a second would cost 5 MB for words that are rarely bold."""

DEBIAN = {"fonts-liberation2": ("2.1.5-1", "OFL-1.1")}
"""Packages of Debian, with version and licence; their fonts stay as they are, as their licence keeps the name."""
LIBERATION = ["LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"]

NO_BREAK_SPACE, NARROW_NO_BREAK_SPACE = 0xA0, 0x202F


def main() -> None:
    """Fetch the pinned packages, lay out the files and write the record."""
    with tempfile.TemporaryDirectory() as folder:
        modules = install_packages(Path(folder))
        clear()
        files = {name: copy_package(modules, name) for name in COPIED}
        files["@tabler/icons"] = [build_sprite(modules)]
        for family, package, subsets, weights in PDF_FAMILIES:
            files[f"@fontsource/{package}"] = build_fonts(modules, family, package, subsets, weights)
        record = {name: describe(modules, name, paths) for name, paths in files.items()}
        write_record(record | {name: copy_debian_fonts(Path(folder), name) for name in DEBIAN})


def install_packages(folder: Path) -> Path:
    """Install exactly the locked versions in a folder of their own, running none of their scripts."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / name, folder)
    subprocess.run(
        [shutil.which("npm") or "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        check=True,
    )
    return folder / "node_modules"


def clear() -> None:
    """Remove what an earlier run left, so that a dropped file does not linger."""
    for folder in (VENDOR, PDF_FONTS, *NEVER_SERVED.values()):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)


def copy_package(modules: Path, name: str) -> list[Path]:
    """Copy a package's named files into a folder that carries its version."""
    target = NEVER_SERVED.get(name) or VENDOR / f"{short_name(name)}-{manifest(modules, name)['version']}"
    target.mkdir(exist_ok=True)
    return [copy_file(modules / name / path, target) for path in COPIED[name]]


def copy_file(source: Path, folder: Path) -> Path:
    """Copy one file; scripts and styles lose the pointer to a source map that we do not ship."""
    target = folder / source.name
    if source.suffix in {".js", ".css"}:
        text = source.read_text(encoding="utf-8")
        target.write_text(
            re.sub(r"(//|/\*)# sourceMappingURL=[^\s*]*( ?\*/)?", "", text),
            encoding="utf-8",
        )
    else:
        shutil.copyfile(source, target)
    return target


def build_sprite(modules: Path) -> Path:
    """Make one SVG of the icons named in static/icons.txt."""
    names = (ROOT / "static/icons.txt").read_text().split()
    symbols = "\n".join(symbol(modules / f"@tabler/icons/icons/outline/{name}.svg") for name in names)
    SPRITE.write_text(f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n')
    return SPRITE


def symbol(icon: Path) -> str:
    """Turn one icon's file into a symbol of the sprite."""
    paths = ElementTree.parse(icon).getroot()  # noqa: S314  a pinned package's own file
    drawn = "".join(f'<path d="{path.get("d")}"/>' for path in paths if path.get("d") != "M0 0h24v24H0z")
    stroke = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
    return f'<symbol id="{icon.stem}" viewBox="0 0 24 24" {stroke}>{drawn}</symbol>'


def build_fonts(modules: Path, family: str, package: str, subsets: list[str], weights: list[int]) -> list[Path]:
    """Make one TTF per weight: the PDF engine takes seconds to open a compressed font."""
    licence = PDF_FONTS / f"{family.replace(' ', '')}-LICENSE"
    shutil.copyfile(modules / f"@fontsource/{package}/LICENSE", licence)
    built = [build_font(modules / f"@fontsource/{package}/files", family, package, subsets, w) for w in weights]
    return [*built, licence]


def build_font(folder: Path, family: str, package: str, subsets: list[str], weight: int) -> Path:
    """Join the subsets of one weight and give the font its plain names."""
    with tempfile.TemporaryDirectory() as scratch:
        parts = [
            uncompressed(folder / f"{package}-{subset}-{weight}-normal.woff2", Path(scratch)) for subset in subsets
        ]
        font = Merger().merge([str(part) for part in parts]) if len(parts) > 1 else TTFont(parts[0], lazy=False)
        font.recalcTimestamp = False
        font["head"].created = font["head"].modified = TTFont(parts[0])["head"].modified
        set_names(font, family, WEIGHTS[weight])
        add_narrow_space(font)
        target = PDF_FONTS / f"{family.replace(' ', '')}-{WEIGHTS[weight]}.ttf"
        font.save(target)
    return target


def uncompressed(source: Path, folder: Path) -> Path:
    """Write a WOFF2 as a plain TTF."""
    font = TTFont(source, recalcTimestamp=False)
    font.flavor = None
    target = folder / f"{source.stem}.ttf"
    font.save(target)
    return target


def set_names(font: TTFont, family: str, style: str) -> None:
    """Name the font so that its family and weight are found; the subsets all carry the name of the thinnest."""
    for name_id, text in {
        1: family,
        2: style,
        4: f"{family} {style}",
        16: family,
        17: style,
    }.items():
        font["name"].setName(text, name_id, 3, 1, 0x409)
    font["name"].setName(f"{family}-{style}".replace(" ", ""), 6, 3, 1, 0x409)


def add_narrow_space(font: TTFont) -> None:
    """French groups thousands with a narrow no-break space, which some fonts lack; draw the wide one there."""
    for table in font["cmap"].tables:
        if table.isUnicode() and NO_BREAK_SPACE in table.cmap:
            table.cmap.setdefault(NARROW_NO_BREAK_SPACE, table.cmap[NO_BREAK_SPACE])


def copy_debian_fonts(folder: Path, name: str) -> dict:
    """Copy a Debian package's fonts and its licence, and say what it is."""
    version, licence = DEBIAN[name]
    subprocess.run([shutil.which("apt-get") or "apt-get", "download", f"{name}={version}"], cwd=folder, check=True)
    [package] = folder.glob(f"{name}_*.deb")
    subprocess.run([shutil.which("dpkg-deb") or "dpkg-deb", "-x", package, folder / name], check=True)
    fonts = [copy_file(next((folder / name).rglob(font)), PDF_FONTS) for font in LIBERATION]
    words = PDF_FONTS / "LiberationSans-LICENSE"
    shutil.copyfile(folder / name / f"usr/share/doc/{name}/copyright", words)
    return {"version": version, "licence": licence, "files": hashes([*fonts, words])}


def hashes(paths: list[Path]) -> dict[str, str]:
    """The hash of each file, by its place in the project."""
    return {str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def describe(modules: Path, name: str, paths: list[Path]) -> dict:
    """Say what a package is, and the hash of each file taken from it."""
    facts = manifest(modules, name)
    return {"version": facts["version"], "licence": facts["license"], "files": hashes(paths)}


def manifest(modules: Path, name: str) -> dict:
    """A package's own description of itself."""
    return json.loads((modules / name / "package.json").read_text())


def short_name(name: str) -> str:
    """`@tabler/core` becomes `tabler-core`, `htmx.org` becomes `htmx`."""
    return name.removeprefix("@").removesuffix(".org").replace("/", "-")


def write_record(packages: dict[str, dict]) -> None:
    """Write VENDORED.json in a steady order."""
    RECORD.write_text(json.dumps(packages, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
