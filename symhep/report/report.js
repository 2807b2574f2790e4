/* The page is whole without this: it sorts tables, enlarges figures, and opens what a link leads to. */
(() => {
  const key = (row, column) => {
    const cell = row.cells[column];
    const text = cell.textContent.trim();
    if (cell.dataset.v !== undefined) return [0, Number(cell.dataset.v), text];
    return [text === "" || text === "–" ? 2 : 1, 0, text];
  };
  const compare = (a, b) => a[1] - b[1] || a[2].localeCompare(b[2], "en", { numeric: true });
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        for (const body of table.tBodies) {
          const rows = [...body.rows].filter((row) => !row.classList.contains("group"));
          const keyed = rows.map((row) => [key(row, column), row]);
          // What is empty stays last, whichever way.
          keyed.sort(([a], [b]) => a[0] - b[0] || (down ? compare(b, a) : compare(a, b)));
          body.append(...keyed.map((pair) => pair[1]));
        }
      });
    });
  }

  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-label", "The figure, enlarged");
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "Close";
  const large = document.createElement("img");
  dialog.append(close, large);
  document.body.append(dialog);
  for (const image of document.querySelectorAll("figure img")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "enlarge";
    button.setAttribute("aria-haspopup", "dialog");
    image.replaceWith(button);
    button.append(image);
    button.addEventListener("click", () => {
      large.src = image.src;
      large.alt = image.alt;
      dialog.showModal();
    });
  }
  // Esc closes a dialog by itself.
  dialog.addEventListener("click", () => dialog.close());

  for (const link of document.querySelectorAll("a.thumb")) {
    const image = document.querySelector(`${link.getAttribute("href")} img`);
    if (!image) continue;
    const small = document.createElement("img");
    small.src = image.src;
    small.alt = "";
    link.prepend(small);
  }

  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let fold = target?.closest("details:not([open])"); fold; fold = fold.parentElement?.closest("details:not([open])"))
      fold.open = true;
    target?.scrollIntoView();
  };
  addEventListener("hashchange", open);
  if (location.hash) open();
})();
