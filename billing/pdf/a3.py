"""The last step to a Factur-X PDF: what WeasyPrint leaves to be put right, and what Factur-X says of itself.

WeasyPrint writes two rdf:RDF where XMP has one, and lists the attachment twice. Only the rendering process needs this.
"""

from io import BytesIO

from lxml import etree
from pikepdf import Array, Pdf

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
        finished = BytesIO()
        pdf.save(finished, deterministic_id=True, fix_metadata_version=False)
        return finished.getvalue()


def _described(xmp: bytes) -> bytes:
    """The metadata with all that is said in one rdf:RDF."""
    root = etree.fromstring(xmp[xmp.index(b"<x:xmpmeta") : xmp.index(b"</x:xmpmeta>") + len(b"</x:xmpmeta>")])
    first, *others = root.iter(f"{RDF}RDF")
    for other in (*others, etree.fromstring(_factur_x())):
        first.extend(list(other))
        if other.getparent() is not None:
            other.getparent().remove(other)
    head, foot = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n', b'\n<?xpacket end="r"?>'
    return head + etree.tostring(root, encoding="UTF-8") + foot


def _factur_x() -> str:
    values = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, (value, _) in PROPERTIES.items())
    properties = "".join(_PROPERTY.format(name=name, words=words) for name, (_, words) in PROPERTIES.items())
    return _SAID.format(namespace=NAMESPACE, values=values, properties=properties)
