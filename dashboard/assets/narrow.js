// A figure in a narrow place is drawn in its narrow form, which the server sends along in `meta.narrow` (dashboard/figures/
// drawing.py). Here and not there, as only the browser knows how wide a place is, and it changes when a telephone is turned.
(function () {
  "use strict";
  const NARROW = 480; // pixels, as in 10-mixline.css
  const known = new WeakMap(); // the wide form of each figure, by its place

  // Laid over each other one level deep: an axis keeps what is not named.
  function over(below, above) {
    const both = { ...below };
    for (const [name, value] of Object.entries(above)) {
      const plain = value && typeof value === "object" && !Array.isArray(value);
      both[name] = plain ? { ...below[name], ...value } : value;
    }
    return both;
  }

  function narrowed(figure) {
    const { layout, data } = figure.layout.meta.narrow;
    return {
      ...figure,
      layout: over(figure.layout, layout),
      data: figure.data.map((trace, place) => (data[place] ? over(trace, data[place]) : trace)),
    };
  }

  const onPaper = new WeakSet(); // the width of a sheet does not come from the screen
  const isNarrow = (place) => !onPaper.has(place) && place.clientWidth > 0 && place.clientWidth <= NARROW;

  // print.js says which figures have the whole width of a sheet, and when that is over.
  window.widenFigure = function (place, printing) {
    if (printing) onPaper.add(place);
    else onPaper.delete(place);
    const entry = known.get(place);
    if (entry && entry.narrow !== isNarrow(place)) window.Plotly.react(place, entry.figure);
  };

  // What is to be drawn in a place. drawing.js asks whenever a figure is drawn.
  window.fitFigure = function (place, figure) {
    if (!(figure && figure.layout && figure.layout.meta && figure.layout.meta.narrow)) return figure;
    const narrow = isNarrow(place);
    known.set(place, { figure, narrow });
    return narrow ? narrowed(figure) : figure;
  };

  // The form to take away: files have the same width whoever makes them.
  window.wideFigure = function (place) {
    const entry = known.get(place);
    return entry && entry.narrow ? entry.figure : null;
  };

  let planned = 0;
  window.addEventListener("resize", () => {
    clearTimeout(planned);
    planned = setTimeout(() => {
      for (const place of document.querySelectorAll(".js-plotly-plot")) {
        const entry = known.get(place);
        if (entry && entry.narrow !== isNarrow(place)) window.Plotly.react(place, entry.figure);
      }
    }, 120);
  });
})();
