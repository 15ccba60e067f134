"""The last step to a Factur-X PDF: what WeasyPrint leaves to be put right, and what Factur-X says of itself.

WeasyPrint writes two rdf:RDF where XMP has one, and lists the attachment twice. Only the rendering process needs this.
"""

from io import BytesIO

from fontTools.ttLib import TTFont
from lxml import etree
from pikepdf import Array, Dictionary, ObjectStreamMode, Pdf

NAME = "factur-x.xml"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
PROPERTIES = {
    "DocumentFileName": (NAME, "The name of the invoice inside"),
    "DocumentType": ("INVOICE", "What the document is"),
    "Version": ("1.0", "The version of Factur-X"),
    "ConformanceLevel": ("EN 16931", "The profile of Factur-X"),
}

_PROPERTY = """<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>
<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>
<pdfaProperty:description>{words}</pdfaProperty:description></rdf:li>"""

_SAID = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:fx="{namespace}">{values}</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
  xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{namespace}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description></rdf:RDF>"""


def finished(content: bytes) -> bytes:
    """The PDF with one description of itself, which names Factur-X, and its attachment listed once."""
    with Pdf.open(BytesIO(content)) as pdf:
        metadata = pdf.Root.Metadata
        metadata.write(_described(metadata.read_bytes()))
        pdf.Root.AF = Array([pdf.Root.AF[0]])
        _name_glyphs(pdf)
        finished = BytesIO()
        pdf.save(
            finished,
            deterministic_id=True,
            fix_metadata_version=False,
            object_stream_mode=ObjectStreamMode.disable,
        )
        return finished.getvalue()


def _name_glyphs(pdf: Pdf) -> None:
    """Say of each embedded font which glyphs it has: all that are in it, as a glyph's number is its name here."""
    for font in pdf.objects:
        if isinstance(font, Dictionary) and font.get("/Type") == "/FontDescriptor" and "/FontFile2" in font:
            glyphs = TTFont(BytesIO(font.FontFile2.read_bytes()), lazy=True)["maxp"].numGlyphs
            whole, rest = divmod(glyphs, 8)
            bits = b"\xff" * whole + (bytes([0xFF << (8 - rest) & 0xFF]) if rest else b"")
            font.CIDSet = pdf.make_stream(bits)


def _described(xmp: bytes) -> bytes:
    """The metadata with all that is said in one rdf:RDF, each part with its own names, as some readers want it."""
    old = etree.fromstring(xmp[xmp.index(b"<x:xmpmeta") : xmp.index(b"</x:xmpmeta>") + len(b"</x:xmpmeta>")])
    root = etree.Element("{adobe:ns:meta/}xmpmeta", nsmap={"x": "adobe:ns:meta/"})
    one = etree.SubElement(root, f"{RDF}RDF", nsmap={"rdf": RDF.strip("{}")})
    for part in (*old.iter(f"{RDF}RDF"), etree.fromstring(_factur_x())):
        for description in list(part):
            _as_elements(description)
            one.append(description)
    head, foot = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n', b'\n<?xpacket end="r"?>'
    body: bytes = etree.tostring(root, encoding="UTF-8")
    return head + body + foot


def _as_elements(description: etree._Element) -> None:
    """Write as elements what stands in attributes: some readers look there only."""
    for name, value in sorted(description.attrib.items()):
        if not name.startswith(RDF):
            etree.SubElement(description, name).text = value
            del description.attrib[name]


def _factur_x() -> str:
    values = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, (value, _) in PROPERTIES.items())
    properties = "".join(_PROPERTY.format(name=name, words=words) for name, (_, words) in PROPERTIES.items())
    return _SAID.format(namespace=NAMESPACE, values=values, properties=properties)
