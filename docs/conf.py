"""The documentation site: `sphinx-build -W --keep-going -n -b html docs build/site`."""

import os
import sys
from pathlib import Path

import symhep

sys.path.insert(0, str(Path(__file__).parent / "_ext"))
# Notebooks call `symhep`: that of this Python, whether its environment is activated or not.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

project = "symhep"
author = "The symhep developers"
copyright = author
version = release = symhep.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
    "descriptions",
    "generated",
    "mathml",
    "outside_links",
    "public_names",
    "rest_of_pages",
]
exclude_patterns = ["_ext"]
suppress_warnings = ["mystnb.unknown_mime_type"]

myst_enable_extensions = ["colon_fence", "dollarmath", "attrs_inline", "deflist"]
myst_heading_anchors = 4
myst_links_external_new_tab = False

default_role = "symhep"

nb_execution_mode = "force"
nb_ipywidgets_js = {}  # from the network
nb_execution_in_temp = True  # notebooks write files
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_merge_streams = True
nb_output_stderr = "warn"  # a warning of Python in a notebook ends the build

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
autodoc_default_options = {"members": True}
napoleon_google_docstring = False
napoleon_use_rtype = False
# Attributes of a class as a list in its own description: each is described once, with the names that the class gives.
napoleon_use_ivar = True

#: Types of the standard library and of other packages: their documentation is on the network, which no page needs.
THIRD_PARTY = (
    "abc collections datetime pathlib ak awkward click hist np npt numpy "
    "pandas pd pluggy pydantic sklearn torch"
)
TYPES = (
    "AbstractContextManager Array ArrayLike Arrays ComplexArray EntryPoint Figure FloatArray "
    "MatrixArray NDArray OptionsT Path PluginManager PreparedT RecordT Tensor"
)
#: Named in signatures, and no part of the interface.
INTERNAL = (
    "_Target ActsOn BrokenPlugin CardFile Cell Conclusion Copies ExactSum Field Known Permutation Pull Rows Rule "
    "Task Threshold VariationRow VariedAnswer WeightCard"
)
nitpick_ignore_regex = [
    ("py:.*", rf"({THIRD_PARTY.replace(' ', '|')})\..*"),
    ("py:.*", rf"(.*\.)?({TYPES.replace(' ', '|')})"),
    ("py:.*", rf"(.*\.)?({INTERNAL.replace(' ', '|')})"),
]

html_theme = "furo"
html_title = "symhep"
html_theme_options = {
    "source_repository": "https://github.com/symhep/symhep/",
    "source_branch": "main",
    "source_directory": "docs/",
    "top_of_page_buttons": ["view"],
    "footer_icons": [],
}
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_math_renderer = "mathml"
templates_path = ["_templates"]
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
