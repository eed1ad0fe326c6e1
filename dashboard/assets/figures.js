// Taking a figure away: its numbers as CSV, its picture as PNG with its finding and where it comes from. Both are made in
// the browser from what is on the screen; nothing is asked of the server.
(function () {
  "use strict";
  const WIDTH = 1200; // pixels of the picture, drawn at twice that
  const TITLE_LETTERS = 98; // in a line of the picture
  const NOTE_LETTERS = 165;

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-save]");
    if (!button) return;
    const place = document.getElementById(button.dataset.figure);
    const drawn = place && place.querySelector(".js-plotly-plot");
    if (!drawn) return;
    const texts = read(button.closest(".plan-curve, .panel"));
    if (button.dataset.save === "csv") {
      save(new Blob(["\ufeff" + write(list(drawn))], { type: "text/csv" }), name(texts, button.dataset.figure, "csv"));
    } else {
      button.disabled = true;
      picture(drawn, texts)
        .then((blob) => save(blob, name(texts, button.dataset.figure, "png")))
        .finally(() => (button.disabled = false));
    }
  });

  function read(panel) {
    const page = document.querySelector(".page[data-source]");
    const text = (selector) => {
      const found = panel && panel.querySelector(selector);
      return found ? found.textContent.trim() : "";
    };
    return { title: text("h2, h3"), note: text(".figure-note"), source: page ? page.dataset.source : "" };
  }

  function name(texts, figure, kind) {
    const model = texts.source.split(" · as of")[0];
    const words = `${model} ${figure.replace(/^figure-/, "").replaceAll("-", " ")}`;
    return `${words.replace(/[^\p{L}\p{N} .()+-]+/gu, " ").replace(/ +/g, " ").trim()}.${kind}`;
  }

  // The table the server sent along; else every series as it is drawn.
  function list(drawn) {
    const meta = drawn.layout.meta;
    if (meta && meta.columns) return [meta.columns, ...meta.rows];
    const title = (axis, otherwise) => (axis && axis.title && axis.title.text) || otherwise;
    const rows = [["Series", title(drawn.layout.xaxis, "x"), title(drawn.layout.yaxis, "y")]];
    for (const series of drawn.data) {
      if (series.fill === "toself" || !series.x || !series.y) continue;
      Array.from(series.x).forEach((x, place) => rows.push([series.name || "", x, series.y[place]]));
    }
    return rows;
  }

  function write(rows) {
    return rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
  }

  // A text that a spreadsheet would take for a formula is sent as text.
  function cell(value) {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return String(value);
    const text = /^[=+\-@\t]/.test(String(value)) ? `'${value}` : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }

  async function picture(drawn, texts) {
    const wide = window.wideFigure(drawn);
    const layout = JSON.parse(JSON.stringify((wide || drawn).layout));
    const style = getComputedStyle(document.documentElement);
    const surface = style.getPropertyValue("--surface").trim();
    const soft = style.getPropertyValue("--ink-soft").trim();
    const title = wrap(texts.title, TITLE_LETTERS);
    const note = wrap([texts.note, texts.source].filter(Boolean).join("\n"), NOTE_LETTERS);
    const room = 24 + 26 * title.length + 19 * note.length + 18;
    const small = note.map((line) => `<span style="font-size:13px;color:${soft}">${escape(line)}</span>`);
    layout.title = {
      text: [...title.map((line) => `<b>${escape(line)}</b>`), ...small].join("<br>"),
      font: { size: 19 },
      x: 0, xref: "container", xanchor: "left", y: 1, yref: "container", yanchor: "top",
      pad: { l: 24, t: 20 },
    };
    layout.margin = Object.assign({ l: 8, r: 16, t: 8, b: 8 }, layout.margin);
    layout.margin = { ...layout.margin, t: layout.margin.t + room, l: layout.margin.l + 16, r: layout.margin.r + 16, b: layout.margin.b + 16 };
    layout.paper_bgcolor = surface;
    layout.autosize = false;
    const tall = wide && parseFloat(getComputedStyle(drawn.closest(".drawing")).getPropertyValue("--tall"));
    const height = (tall || drawn.clientHeight) + room + 16;
    const address = await window.Plotly.toImage(
      { data: (wide || drawn).data, layout: { ...layout, width: WIDTH, height } },
      { format: "png", width: WIDTH, height, scale: 2 }
    );
    const bytes = Uint8Array.from(atob(address.split(",")[1]), (letter) => letter.charCodeAt(0));
    return new Blob([bytes], { type: "image/png" });
  }

  function escape(text) {
    return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  }

  function wrap(text, letters) {
    const lines = [];
    for (const part of text.split("\n")) {
      let line = "";
      for (const word of part.split(" ")) {
        if (line && line.length + word.length >= letters) {
          lines.push(line);
          line = word;
        } else line = line ? `${line} ${word}` : word;
      }
      if (line) lines.push(line);
    }
    return lines;
  }

  function save(blob, filename) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = filename;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }
})();
