"""Papers leave here: the facts are gathered from the store, and a file is made, PDF or DOCX."""

from handlers.papers.docx_file import as_docx
from handlers.papers.pdf_file import as_pdf

FORMATS = {"pdf": as_pdf, "docx": as_docx}
"""What a paper can be made into, by the ending of its file."""

__all__ = ["FORMATS", "as_docx", "as_pdf"]
