// Paper has one width and nothing on it scrolls. A figure takes the width of the page and less height than on the screen, so that
// two stand on a sheet; a grid, which draws only the rows and columns in sight, is written out as a plain table.
(function () {
  "use strict";
  const HALF = 312; // where two stand side by side
  const LOW = 262; // high, for curves: four of them on a page
  const LOWER = 155; // for the curves of a plan: eight on a page
  const WIDTH = 640; // pixels inside a panel on A4 with the margins of 60-print.css
  const LEAST = 240; // high, where the figure on the screen is no lower; as in 60-print.css
  const MOST = 870; // high: what is left of a sheet beneath a finding; as in 60-print.css
  const MANY = 10; // columns: beyond them the letters are smaller

  const drawn = () => document.querySelectorAll(".dash-graph .js-plotly-plot");

  function sizeOnPaper(figure) {
    if (figure.closest(".plan-curve")) return { width: HALF, height: LOWER };
    if (figure.closest(".curves > :not(:only-child)")) return { width: HALF, height: LOW };
    const place = figure.closest(".drawing");
    if (!place) return { width: WIDTH };
    const [tall, share] = ["--tall", "--share"].map((name) => parseFloat(getComputedStyle(place).getPropertyValue(name)));
    return { width: WIDTH, height: Math.min(Math.max(Math.min(tall, LEAST), share * tall), MOST) };
  }

  // What a cell says: its text as the grid writes it. Links are their words, ticks are ticks.
  function write(api, column, rowNode) {
    const plain = api.getCellValue({ rowNode, colKey: column });
    if (typeof plain === "boolean") return plain ? "✓" : "";
    if (plain && typeof plain === "object") return plain.text || "";
    const said = api.getCellValue({ rowNode, colKey: column, useFormatter: true });
    return said === null || said === undefined ? "" : String(said);
  }

  // The same rows in the same order with all the columns, but for those that only lead elsewhere (`context.screenOnly`).
  function tableOf(api) {
    const columns = api.getAllDisplayedColumns().filter((column) => {
      const { context } = column.getColDef();
      return !column.getColId().startsWith("ag-Grid-") && !(context && context.screenOnly);
    });
    const table = document.createElement("table");
    table.className = "plain-table paper-only of-grid" + (columns.length > MANY ? " many" : "");
    const addRow = (part, kind, texts) => {
      const row = part.insertRow();
      texts.forEach((text, place) => {
        const cell = document.createElement(kind);
        cell.textContent = text;
        const type = columns[place].getColDef().type;
        if (type === "numericColumn" || type === "rightAligned") cell.className = "number";
        row.append(cell);
      });
    };
    addRow(table.createTHead(), "th", columns.map((column) => api.getDisplayNameForColumn(column, "header")));
    const body = table.createTBody();
    api.forEachNodeAfterFilterAndSort((node) => addRow(body, "td", columns.map((column) => write(api, column, node))));
    return table;
  }

  let written = [];
  function writeGrids() {
    for (const grid of document.querySelectorAll('main [class*="ag-theme-"][id]')) {
      if (grid.parentElement.querySelector(":scope > .paper-only")) continue;
      let api;
      try {
        api = window.dash_ag_grid.getApi(grid.id);
      } catch {
        continue; // it has not been drawn yet: there is nothing to write
      }
      if (!api || api.isDestroyed()) continue;
      const table = tableOf(api);
      grid.after(table);
      written.push(table);
    }
  }

  window.addEventListener("beforeprint", () => {
    writeGrids();
    for (const figure of drawn()) {
      const size = sizeOnPaper(figure);
      if (size.width === WIDTH) window.widenFigure(figure, true);
      window.Plotly.relayout(figure, { autosize: false, ...size });
    }
  });
  window.addEventListener("afterprint", () => {
    written.forEach((table) => table.remove());
    written = [];
    for (const figure of drawn()) {
      window.Plotly.relayout(figure, { autosize: true, width: null, height: null });
      window.widenFigure(figure, false);
    }
  });
})();
