"""Runs the cards of the gallery and keeps their figures as light pictures, beside `gallery.json` and the page.

    python docs/gallery/make.py                     # all of it, some minutes of a core; runs are kept in build/gallery
    python docs/gallery/make.py dijets octagon      # these runs alone
    python docs/gallery/make.py --page              # the page again, from gallery.json

A figure is known by its name and by who draws it: a method, or `run` and `compare` for those that no method draws.
"""

from __future__ import annotations

import io
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

from PIL import Image

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RUNS_OF = ROOT / "build/gallery"
#: Of a picture: bytes at most; widths in pixels and numbers of colours that are tried in turn.
BYTES, WIDTHS, COLOURS = 60_000, (900, 760, 640, 540), (128, 64, 32, 16)
#: What Markdown would take for more than a character.
MARKS = re.compile(r"[\\`*_<>\[\]|$#]")
#: Who draws -> heading, in the order of the page.
SECTIONS = {
    "moments": "moments: tests of symmetries",
    "symmetrygan": "symmetrygan: adversarial training",
    "vae": "vae: independent directions",
    "oracle": "oracle: symmetries of a function",
    "run": "Any run",
    "compare": "Comparison of runs",
}


@dataclass(frozen=True)
class Recipe:
    """A card, what the command line adds to it, and folder in the run -> figures that are taken from it."""

    card: str
    arguments: str
    figures: Mapping[str, tuple[str, ...]]

    def command(self, folder: str) -> str:
        """As a reader would type it."""
        return " ".join(filter(None, ("symhep run", self.card, self.arguments, "-o", folder)))


@dataclass(frozen=True)
class Shown:
    """A figure of the gallery; ``run`` made it."""

    of: str
    name: str
    run: str
    caption: str
    picture: str


RECIPES = {
    "dijets": Recipe(
        "samples/moments/dijets.yaml",
        "-n 10000",
        {
            "symmetries": (
                "p_values",
                "lattice",
                "ranks",
                "generators",
                "limits",
                "maps",
                "discrete",
                "after_kept",
                "after_rejected",
                "kl_excess",
                "moments",
                "features",
            )
        },
    ),
    "sectors": Recipe(
        "samples/analysis/reduced.yaml", "--only sector -s output.figures=[png]", {"sector": ("sectors",)}
    ),
    "octagon": Recipe(
        "docs/gallery/cards/octagon.yaml",
        "",
        {
            "scanned": ("scan",),
            "searched": (
                "landscape",
                "parameters",
                "after_kept",
                "after_rejected",
                "after_random",
                "planes",
                "kl",
                "kl_excess",
                "posthoc",
                "element_p_values",
                "components",
                "discrete",
                "scan",
                "training",
            ),
        },
    ),
    "ee_subgroups": Recipe(
        "samples/symmetrygan/lorentz_ee_mumu.yaml", "-n 4000", {"symmetries": ("lattice", "p_values")}
    ),
    "discovery_map": Recipe(
        "docs/gallery/cards/discovery_map.yaml",
        "",
        {"mapped": ("span", "composition", "map", "motion", "omega")},
    ),
    "ee_mumu": Recipe(
        "samples/ee_mumu.yaml",
        "--only relevance",
        {"relevance": ("relevance", "pca", "correlations", "latents", "plane", "loss")},
    ),
    "relevance_scan": Recipe(
        "docs/gallery/cards/relevance_scan.yaml",
        "",
        {"relevance": ("scan_beta_relevance_mean",)},
    ),
    "so3": Recipe("samples/oracles/so3.yaml", "", {"symmetry": ("generators", "spectrum", "structure")}),
    "squeeze": Recipe("samples/oracles/squeeze.yaml", "--only symmetry", {"symmetry": ("flows",)}),
    "lorentz": Recipe(
        "samples/oracles/ee_mumu_lorentz.yaml", "--only particles -n 2000", {"particles": ("spurious",)}
    ),
    "breaking": Recipe("samples/oracles/breaking_energy.yaml", "-n 3000", {"boosts": ("breaking",)}),
    "rotations_by_training": Recipe(
        "docs/gallery/cards/rotations_by_training.yaml",
        "",
        {"symmetry": ("loss", "number_of_generators", "orthogonality")},
    ),
    "vector_field": Recipe("samples/oracles/flow_l1.yaml", "", {"symmetry": ("fields", "loss")}),
    "digits": Recipe(
        "samples/oracles/digits_latent.yaml",
        "",
        {"morphing": ("latent_outputs", "latent_images", "latent_images_2", "latent_images_random")},
    ),
    "data_simulation": Recipe(
        "docs/gallery/cards/data_simulation.yaml",
        "",
        {"relative": ("systematics",), "control/pairs": ("01_pt_electrons_0",)},
    ),
    "dead_sector": Recipe("docs/gallery/cards/dead_sector.yaml", "-n 10000", {}),
}
#: Runs that `symhep compare` puts beside each other, and the figures that are taken.
COMPARED = ("dijets", "dead_sector")
COMPARED_FIGURES = ("symmetries_discrete_size", "symmetries_p_values", "symmetries_spectra")


def light(source: Path, target: Path) -> None:
    """The figure in ``source`` as a picture not larger than BYTES, as wide and with as many colours as that allows."""
    full = Image.open(source).convert("RGB")
    for width, colours in product(WIDTHS, COLOURS):
        image = full
        if full.width > width:
            image = full.resize((width, round(full.height * width / full.width)), Image.Resampling.LANCZOS)
        stream = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(stream, "PNG", optimize=True)
        if stream.tell() <= BYTES:
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(stream.getvalue())
            return
    raise SystemExit(f"{source.name} takes {stream.tell()} bytes even with {colours} colours")


def made(name: str) -> Iterator[Shown]:
    """Run the recipe ``name`` and keep its figures."""
    recipe = RECIPES[name]
    # PDFs take as long to draw as pictures, and a run for a comparison needs neither.
    drawn = "output.figures=[png]" if recipe.figures else "output.figures=[]"
    command = [*shlex.split(recipe.command(str(RUNS_OF / name))), "-s", drawn]
    subprocess.run(command, cwd=ROOT, check=True)
    for place, wanted in recipe.figures.items():
        folder = RUNS_OF / name / place
        header = folder / ("control.json" if place.startswith("control/") else "result.json")
        stored = json.loads(header.read_text(encoding="utf-8"))
        captions = {figure["name"]: figure["caption"] for figure in stored["figures"]}
        for figure in wanted:
            of = "run" if _of_any_run(place, figure) else stored["use"]
            yield _kept(folder / "figures" / f"{figure}.png", of, name, captions[figure])


def compared() -> Iterator[Shown]:
    """Put two runs side by side and keep the figures."""
    from symhep.plotting.save import save_figure
    from symhep.plotting.style import use_style
    from symhep.plugin.manager import build_registry
    from symhep.run.compare_figures import compare_figures
    from symhep.run.stored import read_run

    registry = build_registry()
    runs = [read_run(RUNS_OF / name, registry) for name in COMPARED]
    with use_style(runs[0].card.output.style):
        for item in compare_figures(runs, COMPARED):
            if item.name in COMPARED_FIGURES:
                (file,) = save_figure(item.figure, RUNS_OF / "compared" / item.name, ("png",))
                yield _kept(file, "compare", "compare", item.caption)


def _of_any_run(place: str, figure: str) -> bool:
    return place.startswith("control/") or figure in ("features", "systematics") or figure.startswith("scan_")


def _kept(file: Path, of: str, run: str, caption: str) -> Shown:
    # A method may draw two figures of one name, such as the loss of two solvers.
    picture = f"pictures/{of}-{file.stem}-{run}.png"
    light(file, HERE / picture)
    return Shown(of, file.stem, run, caption, picture)


def page(figures: list[Shown]) -> str:
    """The page of the gallery."""
    lines = [
        "# Gallery",
        "",
        "Every figure that symhep draws, with its caption and the card that made it. The cards are bundled samples or",
        "lie in `docs/gallery/cards`. Samples are small and trainings short: the figures show what can be drawn, not",
        "the best that can be measured. The same figures of your own run are in its folder and its report.",
    ]
    for of, heading in SECTIONS.items():
        lines += ["", f"## {heading}"]
        for shown in figures:
            if shown.of == of:
                words = " ".join(shown.caption.split())
                alt, caption = json.dumps(words, ensure_ascii=False), MARKS.sub(r"\\\g<0>", words)
                lines += ["", f"({shown.of}-{shown.name}-{shown.run})=", f"### {shown.name}", ""]
                lines += [
                    f":::{{figure}} {shown.picture}",
                    f":alt: {alt}",
                    ":width: 640px",
                    "",
                    caption,
                    ":::",
                    "",
                ]
                lines += [f"Made by [{_made_by(shown.run)}](#card-{shown.run})."]
    lines += ["", "## The cards"]
    for name, recipe in RECIPES.items():
        lines += [
            "",
            f"(card-{name})=",
            f"### {name}",
            "",
            "```text",
            recipe.command(f"runs/{name}"),
            "```",
            "",
        ]
        lines += [
            f"```{{literalinclude}} ../../{recipe.card}",
            ":language: yaml",
            f":caption: {recipe.card}",
            "```",
        ]
    first, second = COMPARED
    lines += [
        "",
        "(card-compare)=",
        "### compare",
        "",
        "Both runs of dijets, of the whole detector and of one with a dead sector:",
        "",
    ]
    lines += ["```text", f"symhep compare runs/{first} runs/{second} -o comparison", "```", ""]
    return "\n".join(lines)


def _made_by(run: str) -> str:
    return RECIPES[run].card if run in RECIPES else f"symhep compare {' '.join(COMPARED)}"


def main(arguments: list[str]) -> None:
    """Everything, or what ``arguments`` name."""
    wanted = [] if arguments == ["--page"] else arguments or [*RECIPES, "compare"]
    found = {name: list(compared() if name == "compare" else made(name)) for name in wanted}
    record = HERE / "gallery.json"
    figures = [Shown(**f) for f in json.loads(record.read_text(encoding="utf-8"))] if record.exists() else []
    figures = [f for f in figures if f.run not in found] + [f for made_of in found.values() for f in made_of]
    order = [*RECIPES, "compare"]
    figures = sorted((f for f in figures if f.run in order), key=lambda f: order.index(f.run))
    if wanted:
        text = json.dumps([asdict(f) for f in figures], indent=1, ensure_ascii=False)
        record.write_text(f"{text}\n", encoding="utf-8")
    if not arguments:  # pictures that nothing refers to any more
        for picture in (HERE / "pictures").glob("*.png"):
            if f"pictures/{picture.name}" not in {f.picture for f in figures}:
                picture.unlink()
    (HERE / "index.md").write_text(page(figures), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
