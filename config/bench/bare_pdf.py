"""The process that renders as the bare recipe does, for comparison: WeasyPrint alone, with nothing of the product.

It keeps one small style sheet and one font configuration, and collects no garbage meanwhile. Asked for the naive way it
does what the first example of WeasyPrint's own documentation does.
"""

import gc
import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "office" / "papers"))
from child import answer, use_own_fonts  # the same fonts and the same way to talk

STYLE = """
@page { size: A4; margin: 20mm 18mm; @bottom-right { content: "Page " counter(page) " of " counter(pages) } }
html { font: 9pt/1.45 "Inter" } table { width: 100%; border-collapse: collapse; table-layout: fixed }
td, th { padding: 1.5mm; vertical-align: top; text-align: left } tr:nth-child(even) td { background: #f4f6f8 }
.n { text-align: right; font-variant-numeric: tabular-nums } tr { break-inside: avoid }
.sums { margin-left: 50%; width: 50%; break-inside: avoid; break-before: avoid }
"""
NAIVE = STYLE.replace("table-layout: fixed", "").replace("background: #f4f6f8", "border-bottom: 1px solid #cccccc")


def main() -> None:
    """Render until the parent closes its end."""
    use_own_fonts()
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    style = CSS(string=STYLE, font_config=fonts)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    gc.freeze()
    while head := sys.stdin.buffer.read(8):
        page = json.loads(sys.stdin.buffer.read(int.from_bytes(head, "big")))
        if page["is_naive"]:
            gc.enable()
            content = HTML(string=f"<style>{NAIVE}</style>{page['html']}").write_pdf()
        else:
            gc.disable()
            content = HTML(string=page["html"]).write_pdf(stylesheets=[style], font_config=fonts)
        answer(out, b"P", content)


if __name__ == "__main__":
    main()
