"""Small remittance advice made for the tests, as tables and as PDFs."""

TABLE = "Invoice,Gross amount,Discount,Amount paid,Reason\n"


def table(*rows: str, headings: str = TABLE) -> bytes:
    """A CSV file."""
    return (headings + "".join(f"{row}\n" for row in rows)).encode()


def pdf(*lines: str) -> bytes:
    """A PDF of one page with a line of text below the other."""
    drawn = "".join(f"({line.translate({40: None, 41: None})}) Tj T*\n" for line in lines)
    stream = f"BT /F1 10 Tf 14 TL 40 800 Td\n{drawn}ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Courier >> >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
    ]
    content, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table_at = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    content += b"".join(b"%010d 00000 n \n" % place for place in places)
    return content + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, table_at)
